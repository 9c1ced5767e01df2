import { Button } from "@caerus/ui/button";

import { Refusal } from "../../components/refusal";
import { focus } from "../../lib/forms";

interface DisableProps {
  sending: { error: unknown; isPending: boolean };
  onConfirm: () => void;
  onKeep: () => void;
}

/** Said before it is done: what it means, and the choice that has the focus is the safe one. */
export function Disable({ sending, onConfirm, onKeep }: DisableProps) {
  return (
    <div className="grid gap-3" role="group" aria-label="Disable the second factor">
      <p className="text-sm">
        Without it your password alone signs you in. Your recovery codes become void, and you are signed out everywhere but here.
      </p>
      <Refusal thrown={sending.error} />
      <div className="flex flex-wrap gap-3">
        <Button ref={focus} onClick={onKeep}>
          Keep it
        </Button>
        <Button tone="sell" busy={sending.isPending} onClick={onConfirm} data-testid="mfa-disable-confirm">
          Disable the second factor
        </Button>
      </div>
    </div>
  );
}
