import type { CopyHold, CopyStatus } from "@caerus/api/types";
import { Badge } from "@caerus/ui/badge";
import { Button } from "@caerus/ui/button";
import { Panel } from "@caerus/ui/panel";

import { Refusal } from "../../components/refusal";
import { StopList } from "../../components/stop-list";
import { WhoseBadge } from "../../components/whose-badge";
import { focus } from "../../lib/forms";
import { moment } from "../../lib/format";
import { useDisable, useEnable } from "./acts";
import { EnableForm } from "./enable-form";
import { holdTitle, stateText, wantsConsent } from "./words";

/** Whether signals are approved on a person's behalf; off at once, on after the words were read. */
export function CopyingPanel({ status }: { status: CopyStatus }) {
  const enable = useEnable();
  const disable = useDisable();
  const { enabled, running, consent } = status;
  const wanted = wantsConsent(status);
  return (
    <Panel title="Copying" aside={<StateBadge status={status} />}>
      <div className="grid gap-4" data-testid="copying" data-enabled={enabled} data-running={running}>
        <State status={status} />
        <StopList label="What stops copying" stops={enabled ? status.paused_by.map(stopOf) : []} />
        {enabled && <Facts status={status} />}
        {enabled && <TurnOff disable={disable} focused={enable.isSuccess} />}
        <details open={wanted} className="rounded-lg border border-line px-3 py-2">
          <summary ref={disable.isSuccess ? focus : null} className="min-h-6 text-sm font-medium" data-testid="copy-words">
            {wanted ? "Read this, and turn copying on" : "Change how much is copied"}
          </summary>
          <EnableForm key={consent.given_at} status={status} enable={enable} />
        </details>
      </div>
    </Panel>
  );
}

function StateBadge({ status: { enabled, running } }: { status: CopyStatus }) {
  if (!enabled) return <Badge>Off</Badge>;
  return <Badge tone={running ? "buy" : "warn"}>{running ? "On" : "Stopped"}</Badge>;
}

/** At once: it is the safe act. Who has just turned it on finds the focus here. */
function TurnOff({ disable, focused }: { disable: ReturnType<typeof useDisable>; focused: boolean }) {
  return (
    <>
      <Refusal thrown={disable.error} />
      <Button
        tone="sell"
        ref={focused ? focus : null}
        className="justify-self-start"
        busy={disable.isPending}
        onClick={() => disable.mutate()}
        data-testid="copy-disable"
      >
        Turn copying off
      </Button>
    </>
  );
}

function State({ status }: { status: CopyStatus }) {
  return (
    <div>
      <p role="status" className="text-lg font-semibold">
        {stateText(status)}
      </p>
      <p className="mt-1 text-sm text-muted">
        When it is on, the hub approves signals of the strategies that you have earned on your behalf, without asking you about each one.
        These strategies show no edge before costs on the data we have: copying repeats what they do, losses too.
      </p>
    </div>
  );
}

function stopOf(hold: CopyHold) {
  return { key: hold.reason, title: holdTitle(hold), text: hold.detail, since: hold.at ?? null };
}

function Facts({ status }: { status: CopyStatus }) {
  const { consent, multiplier_bp, tolerance } = status;
  const { effective, own } = tolerance;
  const whose = (name: keyof typeof effective) => <WhoseBadge effective={effective[name]} own={own[name]} />;
  const facts = [
    ["consent", "Consent", consent.given ? `${consent.given}${consent.given_at ? `, given ${moment(consent.given_at)}` : ""}` : "taken back", null],
    ["multiplier_bp", "Of your own size", `${multiplier_bp / 100} %`, null],
    ["max_drift_points", "Worse price, at most", `${effective.max_drift_points} points`, whose("max_drift_points")],
    ["max_spread_points", "Spread, at most", `${effective.max_spread_points} points`, whose("max_spread_points")],
  ] as const;
  return (
    <dl className="grid text-sm">
      {facts.map(([name, label, value, badge]) => (
        <div key={name} data-fact={name} className="flex flex-wrap justify-between gap-x-4 border-t border-line py-2 first:border-0 first:pt-0 last:pb-0">
          <dt className="text-muted">{label}</dt>
          <dd className="flex items-center gap-2 tabular-nums">
            {badge}
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
