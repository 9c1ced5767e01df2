import { fieldError } from "@caerus/api/problem";

import { Submit } from "../../components/submit";
import { onSubmit, text } from "../../lib/forms";
import { useRegister } from "./acts";
import { NameField } from "./name-field";
import { FirstKey } from "./shown-key";

/** `first`: there is none yet, so this is what there is to do. */
export function RegisterTerminal({ first }: { first: boolean }) {
  const register = useRegister();
  if (register.data) return <FirstKey registered={register.data} onKept={register.reset} />;
  return (
    <details open={first} className="rounded-lg border border-line px-3 py-2">
      <summary className="min-h-6 text-sm font-medium" data-testid="register-terminal">
        Register a terminal
      </summary>
      <form onSubmit={onSubmit((form) => register.mutate(text(form, "name").trim()))} className="mt-3 mb-1 grid max-w-sm gap-3">
        <NameField hint="What you call it, such as the computer it runs on." error={fieldError(register.error, "/name")} data-testid="terminal-name" />
        <Submit sending={register} text="Register" busy="Registering…" testId="register-submit" beside={["/name"]} />
      </form>
    </details>
  );
}
