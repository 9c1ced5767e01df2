import { Button } from "@caerus/ui/button";
import type { ReactNode } from "react";

import { focus } from "../lib/forms";
import { Refusal } from "./refusal";

interface AskOnceMoreProps {
  /** What would be done, as the button says it. */
  act: string;
  keep: string;
  /** What it means. */
  children: ReactNode;
  sending: { error: unknown; isPending: boolean };
  onConfirm: () => void;
  onKeep: () => void;
  testId: string;
}

/** Said before it is done: what it means, and the choice that has the focus is the safe one. */
export function AskOnceMore({ act, keep, children, sending, onConfirm, onKeep, testId }: AskOnceMoreProps) {
  return (
    <div className="grid gap-3" role="group" aria-label={act}>
      <p className="text-sm">{children}</p>
      <Refusal thrown={sending.error} />
      <div className="flex flex-wrap gap-3">
        <Button ref={focus} onClick={onKeep}>
          {keep}
        </Button>
        <Button tone="sell" busy={sending.isPending} onClick={onConfirm} data-testid={testId}>
          {act}
        </Button>
      </div>
    </div>
  );
}
