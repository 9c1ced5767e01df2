import { done } from "@caerus/api/client";
import { fieldError, kindOf } from "@caerus/api/problem";
import { useMutation } from "@tanstack/react-query";

import { FrontLink } from "../../components/front-link";
import { FrontPage } from "../../components/front-page";
import { NewPasswordField } from "../../components/new-password-field";
import { Submit } from "../../components/submit";
import { onSubmit, text } from "../../lib/forms";
import { useObservable } from "../../lib/hooks";
import { letterToken } from "../../lib/letter-token";
import { api } from "../../lib/services";

/** Where the link of the letter leads. */
export function ResetPassword() {
  const token = useObservable(letterToken);
  const reset = useMutation({
    mutationFn: (body: { token: string; password: string }) => done(api.POST("/api/v1/auth/password/reset", { body })),
    gcTime: 0,
    onSuccess: () => letterToken.set(null),
  });
  if (reset.isSuccess) return <Done />;
  if (!token || (kindOf(reset.error) === "link-not-good" && reset.variables?.token === token)) return <NotGood />;
  return (
    <FrontPage title="Choose a new password">
      <form onSubmit={onSubmit((form) => reset.mutate({ token, password: text(form, "password") }))} className="grid gap-4">
        <NewPasswordField label="New password" name="password" error={fieldError(reset.error, "/password")} data-testid="reset-password" />
        <Submit sending={reset} text="Set the password" busy="Setting…" testId="reset-submit" beside={["/password"]} />
      </form>
    </FrontPage>
  );
}

function Done() {
  return (
    <FrontPage title="Your password is changed" links={<FrontLink to="/">Sign in</FrontLink>}>
      <p className="text-sm" data-testid="password-reset">
        You were signed out everywhere. Sign in with the new password; a second factor stays as it was.
      </p>
    </FrontPage>
  );
}

function NotGood() {
  return (
    <FrontPage title="This link is not good" links={<FrontLink to="/forgot-password">Ask for another link</FrontLink>}>
      <p className="text-sm text-muted" data-testid="link-not-good">
        It was used before, or it is too old, or a part of it got lost. Your password is as it was.
      </p>
    </FrontPage>
  );
}
