import { unwrap } from "@caerus/api/client";
import { Button } from "@caerus/ui/button";
import { useMutation } from "@tanstack/react-query";

import { RecoveryCodes } from "../../components/recovery-codes";
import { Refusal } from "../../components/refusal";
import { keys } from "../../lib/keys";
import { api, queryClient, session, stepUp } from "../../lib/services";
import { ScanStep } from "./scan-step";

/** Set a second factor up: scan, confirm, keep the recovery codes. `onDone` when all of that has happened. */
export function Enrolment({ onDone }: { onDone: () => void }) {
  const enrol = useMutation({ mutationFn: () => stepUp.run(() => unwrap(api.POST("/api/v1/auth/mfa/enrol"))), gcTime: 0 });
  const confirm = useMutation({
    mutationFn: (code: string) => stepUp.run(() => unwrap(api.POST("/api/v1/auth/mfa/confirm", { body: { code } }))),
    gcTime: 0,
    onSuccess: (confirmed) => {
      session.adopt(confirmed);
      void queryClient.invalidateQueries({ queryKey: keys.sessions });
    },
  });
  if (confirm.data) return <RecoveryCodes codes={confirm.data.recovery_codes} onKept={onDone} />;
  if (enrol.data) return <ScanStep enrolment={enrol.data} confirming={confirm} />;
  return (
    <div className="grid justify-items-start gap-3">
      <p className="text-sm text-muted">
        You need an app that shows codes, such as Google Authenticator, Aegis, 1Password or Bitwarden. From then on signing in asks for a
        code besides your password.
      </p>
      <Refusal thrown={enrol.error} />
      <Button tone="primary" busy={enrol.isPending} onClick={() => enrol.mutate()} data-testid="mfa-begin">
        Set up a second factor
      </Button>
    </div>
  );
}
