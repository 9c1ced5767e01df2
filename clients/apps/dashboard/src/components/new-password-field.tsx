import { PasswordField } from "@caerus/ui/password-field";
import type { ComponentProps } from "react";

/** The shortest that the hub accepts; it says itself what else is wrong. */
const SHORTEST = 12;
const LONGEST = 256;

export function NewPasswordField(props: ComponentProps<typeof PasswordField>) {
  return (
    <PasswordField
      hint="12 to 128 characters. A few words that only you would put together are good."
      autoComplete="new-password"
      minLength={SHORTEST}
      maxLength={LONGEST}
      required
      {...props}
    />
  );
}
