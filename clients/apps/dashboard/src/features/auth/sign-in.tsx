import { useState } from "react";

import { FrontLink } from "../../components/front-link";
import { FrontPage } from "../../components/front-page";
import { CodeStep } from "./code-step";
import { PasswordStep } from "./password-step";

/** `ended`: there was a session until just now. */
export function SignIn({ ended }: { ended: boolean }) {
  const [mfaToken, setMfaToken] = useState<string | null>(null);
  if (mfaToken) return <CodeStep mfaToken={mfaToken} startAgain={() => setMfaToken(null)} />;
  return (
    <FrontPage title="Sign in" links={<Links />}>
      {ended && (
        <p role="alert" data-testid="session-ended" className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
          Your session has ended: it was ended elsewhere, or was not used for too long. Sign in again.
        </p>
      )}
      <PasswordStep onCodeRequired={setMfaToken} />
    </FrontPage>
  );
}

function Links() {
  return (
    <>
      <FrontLink to="/register">Create an account</FrontLink>
      <FrontLink to="/forgot-password">Forgot your password?</FrontLink>
    </>
  );
}
