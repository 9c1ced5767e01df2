import { fieldError } from "@caerus/api/problem";
import type { Size } from "@caerus/api/types";
import { Field } from "@caerus/ui/field";
import { useId, useState } from "react";

import { Submit } from "../../components/submit";
import { onSubmit, text } from "../../lib/forms";
import { useSize } from "./acts";
import { MODES, sizeText } from "./sizes";

/** How much a trade takes whose volume the hub reckons. */
export function SizeForm({ size }: { size: Size }) {
  const send = useSize();
  const [mode, setMode] = useState(size.mode);
  const submit = onSubmit((form) => {
    const percent = Number(text(form, "percent").replace(",", "."));
    send.mutate({ mode, bp: mode === "all_in" ? 10_000 : Math.round(percent * 100) });
  });
  return (
    <details className="rounded-lg border border-line px-3 py-2">
      <summary className="min-h-6 text-sm" data-testid="size">
        <span className="font-medium">Size:</span> {sizeText(size)}
      </summary>
      <form onSubmit={submit} className="mt-3 mb-1 grid max-w-md gap-3">
        <p className="text-xs text-muted">Of copied trades and of paper trades. What you approve by hand is sized by your terminal's own settings.</p>
        <Modes mode={mode} onChange={setMode} />
        {mode !== "all_in" && (
          <Field
            label="Share"
            name="percent"
            key={mode}
            suffix="%"
            inputMode="decimal"
            autoComplete="off"
            required
            pattern="\s*[0-9]{1,3}([.,][0-9]{1,2})?\s*"
            title="A share in percent, such as 1.5"
            defaultValue={mode === size.mode ? String(size.bp / 100) : ""}
            error={fieldError(send.error, "/bp")}
            data-testid="size-percent"
          />
        )}
        <Submit sending={send} text="Set the size" busy="Setting…" testId="size-submit" beside={["/bp"]} />
      </form>
    </details>
  );
}

function Modes({ mode, onChange }: { mode: Size["mode"]; onChange: (mode: Size["mode"]) => void }) {
  const id = useId();
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1 text-sm font-medium">How a trade is sized</legend>
      {MODES.map(({ mode: each, label, means }) => (
        <div key={each}>
          <label className="flex items-center gap-3 text-sm font-medium">
            <input
              type="radio"
              name="mode"
              className="size-5 shrink-0 accent-accent"
              checked={mode === each}
              onChange={() => onChange(each)}
              aria-describedby={`${id}-${each}`}
              data-testid={`size-${each}`}
            />
            {label}
          </label>
          <p id={`${id}-${each}`} className="ml-8 text-xs text-muted">
            {means}
          </p>
        </div>
      ))}
    </fieldset>
  );
}
