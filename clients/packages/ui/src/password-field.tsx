import type { ComponentProps } from "react";
import { useState } from "react";

import { Field } from "./field";

type PasswordFieldProps = Omit<ComponentProps<typeof Field>, "type" | "suffix">;

/** A password, which may be looked at while it is typed. */
export function PasswordField(props: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field
      {...props}
      type={shown ? "text" : "password"}
      autoCapitalize="none"
      spellCheck={false}
      suffix={
        <button
          type="button"
          aria-pressed={shown}
          aria-label={`Show: ${props.label}`}
          onClick={() => setShown(!shown)}
          className="rounded px-1 py-1 text-xs font-semibold text-muted hover:text-text"
        >
          {shown ? "Hide" : "Show"}
        </button>
      }
    />
  );
}
