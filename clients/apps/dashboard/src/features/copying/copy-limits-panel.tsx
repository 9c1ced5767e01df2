import { fieldError } from "@caerus/api/problem";
import type { CopyStatus } from "@caerus/api/types";
import { Field } from "@caerus/ui/field";
import { Panel } from "@caerus/ui/panel";
import { useState } from "react";

import { LimitsEditor } from "../../components/limits-editor";
import { WhoseBadge } from "../../components/whose-badge";
import { text } from "../../lib/forms";
import { LIMITS } from "../../lib/limits";
import { currencyOf, useStandings } from "../../lib/use-standings";
import { useTightenCopied } from "./acts";
import { copyLimitsBody } from "./bodies";

/** What closes everything is not of copied trades alone. */
const OF_NEW_TRADES = LIMITS.filter(({ name }) => !name.startsWith("liquidation"));
const NOTE = "Limits of copied trades can only be tighter than those of all your trades. An empty field is the limit of all your trades, or the house's.";

/** Limits that copied trades keep besides those of all trades. Reaching one pauses trading. */
export function CopyLimitsPanel({ status }: { status: CopyStatus }) {
  const currency = currencyOf(useStandings());
  const tighten = useTightenCopied();
  // As the form has it: a field that nobody touched must not undo what was set elsewhere meanwhile.
  const [asked, setAsked] = useState(status.limits.most);
  const open = () => {
    tighten.reset();
    setAsked(status.limits.most);
  };
  return (
    <Panel title="Limits of copied trades">
      <LimitsEditor
        limits={OF_NEW_TRADES}
        made={status.limits}
        currency={currency}
        base="All trades"
        note={NOTE}
        sending={tighten}
        onOpen={open}
        onSend={(typed, form, onSuccess) => tighten.mutate(() => copyLimitsBody(typed(), asked.own, (name) => text(form, name)), { onSuccess })}
        more={{ shown: <Most status={status} />, fields: <MostFields most={asked} thrown={tighten.error} /> }}
      />
    </Panel>
  );
}

function Most({ status: { trades_today, limits } }: { status: CopyStatus }) {
  const { effective, own } = limits.most;
  const facts = [
    ["max_trades_a_day", "Copied today", `${trades_today} of ${effective.max_trades_a_day}`],
    ["max_volume", "Largest copied trade", `${effective.max_volume} lots`],
  ] as const;
  return (
    <dl className="grid text-sm">
      {facts.map(([name, label, value]) => (
        <div key={name} data-limit={name} className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line py-3">
          <dt className="font-medium">{label}</dt>
          <dd>
            <WhoseBadge effective={effective[name]} own={own[name]} />
          </dd>
          <dd className="ml-auto font-semibold tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function MostFields({ most: { base, own }, thrown }: { most: CopyStatus["limits"]["most"]; thrown: unknown }) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field
        label="Copied trades a day"
        name="max_trades_a_day"
        hint={`House: ${base.max_trades_a_day}.`}
        inputMode="numeric"
        autoComplete="off"
        pattern="\s*[0-9]{1,5}\s*"
        title="A whole number"
        defaultValue={own.max_trades_a_day ?? ""}
        error={fieldError(thrown, "/max_trades_a_day")}
        data-testid="own-max_trades_a_day"
      />
      <Field
        label="Largest copied trade"
        name="max_volume"
        suffix="lots"
        hint={`House: ${base.max_volume} lots.`}
        inputMode="decimal"
        autoComplete="off"
        pattern="\s*[0-9]{1,5}([.,][0-9]{1,8})?\s*"
        title="Lots, such as 0.5"
        defaultValue={own.max_volume ?? ""}
        error={fieldError(thrown, "/max_volume")}
        data-testid="own-max_volume"
      />
    </div>
  );
}
