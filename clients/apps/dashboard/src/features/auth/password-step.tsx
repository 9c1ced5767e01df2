import { kindOf, ProblemError } from "@caerus/api/problem";
import { Field } from "@caerus/ui/field";
import { PasswordField } from "@caerus/ui/password-field";
import { useMutation } from "@tanstack/react-query";

import { ResendLetter } from "../../components/resend-letter";
import { Submit } from "../../components/submit";
import { onSubmit, text } from "../../lib/forms";
import { session } from "../../lib/services";

interface Credentials {
  email: string;
  password: string;
}

/** The token that a password gives where a code is asked for too. */
function mfaTokenIn(thrown: unknown): string | null {
  const token = thrown instanceof ProblemError ? thrown.problem["mfa_token"] : null;
  return kindOf(thrown) === "code-required" && typeof token === "string" ? token : null;
}

export function PasswordStep({ onCodeRequired }: { onCodeRequired: (mfaToken: string) => void }) {
  const signIn = useMutation({
    mutationFn: ({ email, password }: Credentials) => session.login(email, password),
    gcTime: 0,
    onError: (thrown) => {
      const token = mfaTokenIn(thrown);
      if (token) onCodeRequired(token);
    },
  });
  const send = onSubmit((form) => signIn.mutate({ email: text(form, "email").trim(), password: text(form, "password") }));
  return (
    <form onSubmit={send} className="grid gap-4">
      <Field label="E-mail" name="email" type="email" autoComplete="username" required data-testid="sign-in-email" />
      <PasswordField label="Password" name="password" autoComplete="current-password" required data-testid="sign-in-password" />
      <Submit sending={signIn} text="Sign in" busy="Signing in…" testId="sign-in-submit" />
      {kindOf(signIn.error) === "email-not-verified" && signIn.variables && <ResendLetter email={signIn.variables.email} />}
    </form>
  );
}
