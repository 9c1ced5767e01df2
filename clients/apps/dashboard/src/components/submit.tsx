import { Button } from "@caerus/ui/button";

import { useWait } from "../lib/hooks";
import { Refusal } from "./refusal";
import type { RefusalProps } from "./refusal";

interface SubmitProps extends Omit<RefusalProps, "thrown"> {
  sending: { error: unknown; isPending: boolean };
  text: string;
  busy: string;
  testId: string;
}

/** The end of a form: why it was refused, and the button, which waits as long as the hub says. */
export function Submit({ sending, text, busy, testId, ...said }: SubmitProps) {
  const wait = useWait(sending.error);
  return (
    <>
      <Refusal thrown={sending.error} {...said} />
      <Button type="submit" tone="primary" busy={sending.isPending || wait > 0} data-testid={testId}>
        {sending.isPending ? busy : text}
      </Button>
    </>
  );
}
