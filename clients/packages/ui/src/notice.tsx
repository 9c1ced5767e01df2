import type { ReactNode } from "react";

import { Button } from "./button";

interface NoticeProps {
  title: string;
  children?: ReactNode;
}

/** Nothing to show, and what to do about it. */
export function EmptyState({ title, children }: NoticeProps) {
  return (
    <div className="rounded-xl border border-dashed border-line px-6 py-10 text-center">
      <p className="font-semibold">{title}</p>
      {children && <div className="mx-auto mt-2 max-w-sm text-sm text-muted">{children}</div>}
    </div>
  );
}

export function ErrorState({ title, children, retry }: NoticeProps & { retry?: () => void }) {
  return (
    <div role="alert" className="rounded-xl border border-sell/40 bg-sell-soft px-4 py-4 text-sm">
      <p className="font-semibold text-sell">{title}</p>
      {children && <div className="mt-1">{children}</div>}
      {retry && (
        <Button className="mt-3" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  );
}
