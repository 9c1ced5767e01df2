import { unwrap } from "@caerus/api/client";
import { kindOf } from "@caerus/api/problem";
import { Button } from "@caerus/ui/button";
import { Dialog } from "@caerus/ui/dialog";
import { PasswordField } from "@caerus/ui/password-field";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { CodeField } from "../../components/code-field";
import { Submit } from "../../components/submit";
import { onSubmit, text } from "../../lib/forms";
import { useObservable } from "../../lib/hooks";
import { secondFactorQuery } from "../../lib/second-factor-query";
import { api, queryClient, session, stepUp } from "../../lib/services";

/** Asks for the password, and the code where there is one, whenever an act wants a fresh proof. */
export function StepUpDialog() {
  const question = useObservable(stepUp.question);
  if (!question) return null;
  return (
    <Dialog title="Confirm that it is you" onCancel={question.cancel}>
      <Proof onProven={question.proven} onCancel={question.cancel} />
    </Dialog>
  );
}

/** Nobody gave an e-mail address here. */
const WORDS = { "wrong-credentials": "The password or the code is wrong, or the account is locked for a while." };

interface ProofProps {
  onProven: () => void;
  onCancel: () => void;
}

function Proof({ onProven, onCancel }: ProofProps) {
  const [withCode, setWithCode] = useState(() => queryClient.getQueryData(secondFactorQuery.queryKey)?.enabled === true);
  const prove = useMutation({
    mutationFn: (body: { password: string; code?: string }) => unwrap(api.POST("/api/v1/auth/step-up", { body })),
    gcTime: 0,
    onSuccess: (renewed) => {
      session.adopt(renewed);
      onProven();
    },
    onError: (thrown) => setWithCode((before) => before || kindOf(thrown) === "code-required"),
  });
  const codeRequired = kindOf(prove.error) === "code-required";
  const send = onSubmit((form) => {
    const code = text(form, "code").trim();
    prove.mutate({ password: text(form, "password"), ...(code ? { code } : {}) });
  });
  return (
    <form onSubmit={send} className="grid gap-4" data-testid="step-up">
      <p className="text-sm text-muted">This needs your password again{withCode && ", and a code"}.</p>
      <PasswordField label="Password" name="password" autoComplete="current-password" required data-testid="step-up-password" />
      {withCode && <CodeField testId="step-up-code" focused={codeRequired} recovery />}
      <Submit sending={codeRequired ? { ...prove, error: null } : prove} text="Confirm" busy="Checking…" testId="step-up-submit" words={WORDS} />
      <Button onClick={onCancel}>Cancel</Button>
    </form>
  );
}
