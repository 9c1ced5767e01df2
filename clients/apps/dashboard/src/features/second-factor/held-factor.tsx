import { done, unwrap } from "@caerus/api/client";
import type { SecondFactor } from "@caerus/api/types";
import { Button } from "@caerus/ui/button";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { RecoveryCodes } from "../../components/recovery-codes";
import { Refusal } from "../../components/refusal";
import { keys } from "../../lib/keys";
import { api, queryClient, stepUp } from "../../lib/services";
import { Disable } from "./disable";

const FEW = 3;

interface HeldFactorProps {
  factor: SecondFactor;
  onDone: () => void;
}

/** A second factor in force: its recovery codes, and the way out of it. */
export function HeldFactor({ factor, onDone }: HeldFactorProps) {
  const [leaving, setLeaving] = useState(false);
  const renew = useMutation({
    mutationFn: () => stepUp.run(() => unwrap(api.POST("/api/v1/auth/mfa/recovery-codes"))),
    gcTime: 0,
  });
  const disable = useMutation({
    mutationFn: () => stepUp.run(() => done(api.DELETE("/api/v1/auth/mfa"))),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: keys.sessions });
      onDone();
    },
  });
  if (renew.data) return <RecoveryCodes codes={renew.data.recovery_codes} onKept={onDone} />;
  if (leaving) return <Disable sending={disable} onConfirm={() => disable.mutate()} onKeep={() => setLeaving(false)} />;
  return (
    <div className="grid gap-3">
      <p className="text-sm">
        Signing in asks for a code of your authenticator app. <CodesLeft count={factor.recovery_codes_left} />
      </p>
      <Refusal thrown={renew.error} />
      <div className="flex flex-wrap gap-3">
        <Button busy={renew.isPending} onClick={() => renew.mutate()} data-testid="renew-codes">
          New recovery codes
        </Button>
        {!factor.required && (
          <Button tone="sell" onClick={() => setLeaving(true)} data-testid="mfa-disable">
            Disable
          </Button>
        )}
      </div>
      {factor.required && <p className="text-xs text-muted">Your role needs a second factor; it cannot be disabled.</p>}
    </div>
  );
}

function CodesLeft({ count }: { count: number }) {
  const text = count === 1 ? "One recovery code is left." : `${count} recovery codes are left.`;
  return <span className={count < FEW ? "font-semibold text-warn" : "text-muted"}>{text}</span>;
}
