import { Button } from "@caerus/ui/button";
import type { ReactNode } from "react";

import { focus } from "../lib/forms";
import { CopyButton } from "./copy-button";

interface ShownOnceProps {
  title: string;
  /** By name, as the place asks for it where they are to go. */
  values: Readonly<Record<string, string>>;
  /** Said before the values. */
  children: ReactNode;
  /** Said after them. */
  after?: ReactNode;
  onKept: () => void;
}

/** What the hub shows this once. It lives in the component that asked for it, and is gone with it. */
export function ShownOnce({ title, values, children, after, onKept }: ShownOnceProps) {
  return (
    <div className="grid gap-4 rounded-lg border border-accent p-4" data-testid="shown-once">
      <h3 ref={focus} tabIndex={-1} className="font-semibold outline-none">
        {title}
      </h3>
      <div className="grid gap-2 text-sm">{children}</div>
      <ul className="grid gap-2">
        {Object.entries(values).map(([name, value]) => (
          <li key={name} className="flex items-center gap-3 rounded-lg border border-line bg-bg py-2 pr-2 pl-3">
            <div className="min-w-0 grow">
              <p className="text-xs text-muted">{name}</p>
              <p className="font-mono text-sm wrap-anywhere select-all" data-value-of={name}>
                {value}
              </p>
            </div>
            <CopyButton text={value} what={name} />
          </li>
        ))}
      </ul>
      {after && <div className="grid gap-2 text-sm">{after}</div>}
      <Button tone="primary" className="justify-self-start" onClick={onKept} data-testid="kept">
        I have kept it
      </Button>
    </div>
  );
}
