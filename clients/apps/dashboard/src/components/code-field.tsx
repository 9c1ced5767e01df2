import { TextButton } from "@caerus/ui/button";
import { Field } from "@caerus/ui/field";
import { useState } from "react";

import { focus } from "../lib/forms";

interface CodeFieldProps {
  testId: string;
  error?: string | undefined;
  /** Take the focus when it appears. */
  focused?: boolean;
  /** A recovery code does too. */
  recovery?: boolean;
}

/** The field `code` of a form: six digits, or a recovery code for those without their phone. */
export function CodeField({ testId, error, focused = false, recovery = false }: CodeFieldProps) {
  const [kind, setKind] = useState<"digits" | "recovery" | null>(null);
  const ref = focused || kind ? focus : undefined;
  const shared = { name: "code", required: true, error, "data-testid": testId, ...(ref ? { ref } : {}) };
  return (
    <div className="grid gap-2">
      {kind === "recovery" ? <RecoveryField key="recovery" {...shared} /> : <DigitsField key="digits" {...shared} />}
      {recovery && (
        <TextButton onClick={() => setKind(kind === "recovery" ? "digits" : "recovery")} data-testid="other-code">
          {kind === "recovery" ? "Use the code of your app" : "Use a recovery code instead"}
        </TextButton>
      )}
    </div>
  );
}

type Shared = Omit<React.ComponentProps<typeof Field>, "label">;

function DigitsField(shared: Shared) {
  return (
    <Field
      label="Code"
      hint="The six digits that your authenticator app shows now."
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern="[0-9]{3} ?[0-9]{3}"
      title="Six digits"
      maxLength={7}
      {...shared}
    />
  );
}

function RecoveryField(shared: Shared) {
  return (
    <Field
      label="Recovery code"
      hint="One of those you kept when you set up your second factor; each is good once."
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      minLength={6}
      maxLength={32}
      {...shared}
    />
  );
}
