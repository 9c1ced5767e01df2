import { done } from "@caerus/api/client";
import { useMutation } from "@tanstack/react-query";

import { FrontLink } from "../../components/front-link";
import { FrontPage } from "../../components/front-page";
import { api } from "../../lib/services";
import { CheckMail } from "./check-mail";
import { EmailForm } from "./email-form";

export function ForgotPassword() {
  const ask = useMutation({
    mutationFn: (email: string) => done(api.POST("/api/v1/auth/password/forgot", { body: { email } })),
  });
  if (ask.isSuccess) {
    return (
      <CheckMail email={ask.variables}>
        <p>If there is an account with this address, the letter has a link to choose a new password by.</p>
      </CheckMail>
    );
  }
  return (
    <FrontPage title="Forgot your password?" links={<FrontLink to="/">Sign in</FrontLink>}>
      <p className="text-sm text-muted">We send you a link to choose a new one by. A second factor stays as it is.</p>
      <EmailForm asking={ask} text="Send me a link" />
    </FrontPage>
  );
}
