import { TextButton } from "@caerus/ui/button";
import { useMutation } from "@tanstack/react-query";

import { CodeField } from "../../components/code-field";
import { FrontPage } from "../../components/front-page";
import { Submit } from "../../components/submit";
import { onSubmit, text } from "../../lib/forms";
import { session } from "../../lib/services";

interface CodeStepProps {
  mfaToken: string;
  startAgain: () => void;
}

/** The second step of signing in. */
export function CodeStep({ mfaToken, startAgain }: CodeStepProps) {
  const verify = useMutation({ mutationFn: (code: string) => session.verify(mfaToken, code), gcTime: 0 });
  return (
    <FrontPage title="Enter your code" links={<TextButton onClick={startAgain}>Begin again</TextButton>}>
      <form onSubmit={onSubmit((form) => verify.mutate(text(form, "code").trim()))} className="grid gap-4">
        <CodeField testId="sign-in-code" focused recovery />
        <Submit sending={verify} text="Sign in" busy="Signing in…" testId="code-submit" />
      </form>
    </FrontPage>
  );
}
