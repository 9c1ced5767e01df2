import { done } from "@caerus/api/client";
import { fieldError } from "@caerus/api/problem";
import { Field } from "@caerus/ui/field";
import { useMutation } from "@tanstack/react-query";

import { FrontLink } from "../../components/front-link";
import { FrontPage } from "../../components/front-page";
import { NewPasswordField } from "../../components/new-password-field";
import { ResendLetter } from "../../components/resend-letter";
import { Submit } from "../../components/submit";
import { onSubmit, text } from "../../lib/forms";
import { api } from "../../lib/services";
import { CheckMail } from "./check-mail";

interface Wanted {
  email: string;
  password: string;
}

export function Register() {
  const register = useMutation({
    mutationFn: (body: Wanted) => done(api.POST("/api/v1/auth/register", { body })),
    gcTime: 0,
  });
  if (register.isSuccess && register.variables) return <Registered email={register.variables.email} />;
  const send = onSubmit((form) => register.mutate({ email: text(form, "email").trim(), password: text(form, "password") }));
  const email = fieldError(register.error, "/email") && "This is not an e-mail address that letters can reach.";
  return (
    <FrontPage title="Create an account" links={<FrontLink to="/">I have an account</FrontLink>}>
      <form onSubmit={send} className="grid gap-4">
        <Field label="E-mail" name="email" type="email" autoComplete="username" required error={email} data-testid="register-email" />
        <NewPasswordField
          label="Password"
          name="password"
          error={fieldError(register.error, "/password")}
          data-testid="register-password"
        />
        <Submit sending={register} text="Create account" busy="Sending…" testId="register-submit" beside={["/email", "/password"]} />
      </form>
    </FrontPage>
  );
}

function Registered({ email }: { email: string }) {
  return (
    <CheckMail email={email}>
      <p>Follow the link in the letter to confirm that the address is yours. Then sign in.</p>
      <ResendLetter email={email} />
    </CheckMail>
  );
}
