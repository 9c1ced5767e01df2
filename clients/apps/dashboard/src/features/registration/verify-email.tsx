import { done } from "@caerus/api/client";
import { kindOf } from "@caerus/api/problem";
import { Button } from "@caerus/ui/button";
import { useMutation } from "@tanstack/react-query";

import { FrontLink } from "../../components/front-link";
import { FrontPage } from "../../components/front-page";
import { Refusal } from "../../components/refusal";
import { useObservable, useWait } from "../../lib/hooks";
import { letterToken } from "../../lib/letter-token";
import { api } from "../../lib/services";
import { CheckMail } from "./check-mail";
import { EmailForm } from "./email-form";

/** Where the letter's link leads. A press of the button is asked for: programs that look at mail open links too. */
export function VerifyEmail() {
  const token = useObservable(letterToken);
  const verify = useMutation({
    mutationFn: (used: string) => done(api.POST("/api/v1/auth/verify-email", { body: { token: used } })),
    gcTime: 0,
    onSuccess: () => letterToken.set(null),
  });
  const wait = useWait(verify.error);
  if (verify.isSuccess) return <Verified />;
  if (!token || (kindOf(verify.error) === "link-not-good" && verify.variables === token)) return <AskAgain />;
  return (
    <FrontPage title="Confirm your e-mail address">
      <p className="text-sm text-muted">You came by the link of our letter. One press, and the address is yours here.</p>
      <Refusal thrown={verify.error} />
      <Button tone="primary" busy={verify.isPending || wait > 0} onClick={() => verify.mutate(token)} data-testid="verify-email">
        {verify.isPending ? "Confirming…" : "Confirm my address"}
      </Button>
    </FrontPage>
  );
}

function Verified() {
  return (
    <FrontPage title="Your address is confirmed" links={<FrontLink to="/">Sign in</FrontLink>}>
      <p className="text-sm" data-testid="email-verified">
        You can sign in now, with the password you chose when you registered.
      </p>
    </FrontPage>
  );
}

function AskAgain() {
  const ask = useMutation({
    mutationFn: (email: string) => done(api.POST("/api/v1/auth/verify-email/resend", { body: { email } })),
  });
  if (ask.isSuccess) {
    return (
      <CheckMail email={ask.variables}>
        <p>If this address waits to be confirmed, the new letter has a new link.</p>
      </CheckMail>
    );
  }
  return (
    <FrontPage title="This link is not good" links={<FrontLink to="/">Sign in</FrontLink>}>
      <p className="text-sm text-muted" data-testid="link-not-good">
        It was used before, or it is too old, or a part of it got lost. If your address is confirmed already, sign in; else ask for
        another letter.
      </p>
      <EmailForm asking={ask} text="Send me another letter" />
    </FrontPage>
  );
}
