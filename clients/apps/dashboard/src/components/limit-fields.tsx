import { fieldError } from "@caerus/api/problem";
import type { CapsOf } from "@caerus/api/types";
import { Field } from "@caerus/ui/field";

import { limitText, patternOf, suffixOf, typedOf } from "../lib/limits";
import type { Limit } from "../lib/limits";

interface LimitFieldsProps {
  limits: readonly Limit[];
  made: Pick<CapsOf, "base" | "own">;
  currency: string | null;
  base: string;
  thrown: unknown;
}

/** One's own limits, each with what holds without it. */
export function LimitFields({ limits, made, currency, base, thrown }: LimitFieldsProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {limits.map((limit) => (
        <Field
          key={limit.name}
          label={limit.label}
          name={limit.name}
          suffix={suffixOf(limit, currency)}
          hint={`${base}: ${limitText(limit, made.base[limit.name], currency)}.`}
          inputMode="decimal"
          autoComplete="off"
          pattern={patternOf(limit, currency)}
          title="A number, such as 1.5; empty for none of your own"
          defaultValue={typedOf(limit, made.own[limit.name], currency)}
          error={fieldError(thrown, `/${limit.name}`)}
          data-testid={`own-${limit.name}`}
        />
      ))}
    </div>
  );
}
