import { Field } from "@caerus/ui/field";
import type { UseMutationResult } from "@tanstack/react-query";

import { Submit } from "../../components/submit";
import { onSubmit, text } from "../../lib/forms";

interface EmailFormProps {
  asking: UseMutationResult<void, Error, string>;
  text: string;
}

/** Ask for a letter to an address. */
export function EmailForm({ asking, text: label }: EmailFormProps) {
  return (
    <form onSubmit={onSubmit((form) => asking.mutate(text(form, "email").trim()))} className="grid gap-4">
      <Field label="E-mail" name="email" type="email" autoComplete="username" required data-testid="letter-email" />
      <Submit sending={asking} text={label} busy="Sending…" testId="letter-submit" />
    </form>
  );
}
