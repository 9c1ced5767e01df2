import { Field } from "@caerus/ui/field";

import { Warning } from "../../components/warning";
import type { BoundsInput } from "./bounds";

interface BoundsFieldsProps {
  value: BoundsInput;
  onChange: (value: BoundsInput) => void;
  /** Which of them would not hold now, in sentences. */
  broken: string[];
}

const FIELDS = [
  { name: "minutes", label: "Valid for", suffix: "min", least: 1 },
  { name: "drift", label: "Maximum drift", suffix: "points", least: 0 },
  { name: "spread", label: "Maximum spread", suffix: "points", least: 0 },
] as const;

export function BoundsFields({ value, onChange, broken }: BoundsFieldsProps) {
  return (
    <details className="rounded-lg border border-line px-3 py-2">
      <summary className="min-h-6 text-sm font-medium">Limits for this approval (optional)</summary>
      <div className="mt-3 grid gap-3 sm:grid-cols-3">
        {FIELDS.map(({ name, label, suffix, least }) => (
          <Field
            key={name}
            label={label}
            suffix={suffix}
            type="number"
            inputMode="numeric"
            min={least}
            step={1}
            value={value[name]}
            placeholder="any"
            data-testid={`bounds-${name}`}
            onChange={(event) => onChange({ ...value, [name]: event.target.value })}
          />
        ))}
      </div>
      <div data-testid="bounds-broken" className="mt-3 grid gap-2 empty:hidden">
        {broken.map((text) => (
          <Warning key={text} text={text} />
        ))}
      </div>
      <p className="mt-2 text-xs text-muted">
        Your terminal checks these against its own quote and does not trade outside them.
      </p>
    </details>
  );
}
