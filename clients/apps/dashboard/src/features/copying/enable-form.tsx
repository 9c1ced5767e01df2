import { fieldError } from "@caerus/api/problem";
import type { CopyStatus } from "@caerus/api/types";
import { Field } from "@caerus/ui/field";
import { Skeleton } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";

import { Failure } from "../../components/failure";
import { Prose } from "../../components/prose";
import { Submit } from "../../components/submit";
import { onSubmit, text } from "../../lib/forms";
import type { useEnable } from "./acts";
import { copyBody } from "./bodies";
import { copyConsentQuery } from "./queries";

interface EnableFormProps {
  status: CopyStatus;
  enable: ReturnType<typeof useEnable>;
}

/** The words in force, in full; who has not ticked that they were read sends nothing. */
export function EnableForm({ status, enable }: EnableFormProps) {
  const consent = useQuery(copyConsentQuery);
  if (consent.isPending) return <Skeleton className="h-56" />;
  if (!consent.data) return <Failure thrown={consent.error} retry={() => void consent.refetch()} />;
  const { version, text: said } = consent.data;
  const send = onSubmit((form) => enable.mutate(copyBody(version, (name) => text(form, name))));
  return (
    <form onSubmit={send} className="mt-3 mb-1 grid gap-4">
      <div data-testid="copy-consent" data-version={version} className="rounded-lg bg-raised p-3">
        <Prose text={said} />
      </div>
      <Amounts status={status} thrown={enable.error} />
      {/* Other words are another tick. */}
      <label key={version} className="flex items-center gap-3 text-sm font-medium">
        <input type="checkbox" required className="size-5 shrink-0 accent-accent" data-testid="copy-read" />
        I have read this and agree to it (version {version})
      </label>
      <Submit sending={enable} text={status.enabled ? "Agree, and copy like this" : "Turn copying on"} busy="Turning it on…" testId="copy-enable" />
    </form>
  );
}

const POINTS = { inputMode: "numeric", autoComplete: "off", suffix: "points", pattern: "\\s*[0-9]{1,7}\\s*", title: "A whole number of points" } as const;

function Amounts({ status, thrown }: { status: CopyStatus; thrown: unknown }) {
  const { base, own } = status.tolerance;
  return (
    <div className="grid gap-4 sm:grid-cols-3">
      <Field
        label="Of your own size"
        name="percent"
        suffix="%"
        hint="From 1 to 200. 100 is your size as it is set."
        inputMode="decimal"
        autoComplete="off"
        required
        pattern="\s*[0-9]{1,3}([.,][0-9]{1,2})?\s*"
        title="A share in percent, such as 50"
        defaultValue={String(status.multiplier_bp / 100)}
        error={fieldError(thrown, "/multiplier_bp")}
        data-testid="copy-percent"
      />
      <Field
        label="Worse price, at most"
        name="drift"
        hint={`House: ${base.max_drift_points} points.`}
        {...POINTS}
        defaultValue={own.max_drift_points ?? ""}
        error={fieldError(thrown, "/max_drift_points")}
        data-testid="copy-drift"
      />
      <Field
        label="Spread, at most"
        name="spread"
        hint={`House: ${base.max_spread_points} points.`}
        {...POINTS}
        defaultValue={own.max_spread_points ?? ""}
        error={fieldError(thrown, "/max_spread_points")}
        data-testid="copy-spread"
      />
    </div>
  );
}
