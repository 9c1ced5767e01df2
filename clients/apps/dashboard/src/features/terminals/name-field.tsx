import { Field } from "@caerus/ui/field";
import type { ComponentProps } from "react";

/** As long as the hub takes. */
const LONGEST = 64;

export function NameField(props: Omit<ComponentProps<typeof Field>, "label">) {
  return <Field label="Name of the terminal" name="name" required maxLength={LONGEST} pattern=".*\S.*" title="A name" autoComplete="off" {...props} />;
}
