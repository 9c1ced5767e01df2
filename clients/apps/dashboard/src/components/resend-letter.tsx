import { done } from "@caerus/api/client";
import { Button } from "@caerus/ui/button";
import { useMutation } from "@tanstack/react-query";

import { useWait } from "../lib/hooks";
import { api } from "../lib/services";
import { Refusal } from "./refusal";

/** Another letter to prove the address by, for those who cannot find the first. */
export function ResendLetter({ email }: { email: string }) {
  const resend = useMutation({ mutationFn: () => done(api.POST("/api/v1/auth/verify-email/resend", { body: { email } })) });
  const wait = useWait(resend.error);
  return (
    <div className="grid gap-2">
      <Button busy={resend.isPending || wait > 0} onClick={() => resend.mutate()} data-testid="resend-letter">
        {resend.isPending ? "Sending…" : "Send the letter again"}
      </Button>
      <Refusal thrown={resend.error} />
      <p role="status" className="text-sm text-muted">
        {resend.isSuccess && "If this address waits to be confirmed, a new letter is on its way."}
      </p>
    </div>
  );
}
