import type { Earned } from "@caerus/api/types";
import { Badge } from "@caerus/ui/badge";
import { Bar } from "@caerus/ui/meter";
import { Panel } from "@caerus/ui/panel";

import { moment } from "../../lib/format";
import { earnedText, suspensionText } from "./words";

/** How far each strategy has come: one is copied after it was approved by hand often enough. */
export function EarnedPanel({ strategies }: { strategies: Earned[] }) {
  return (
    <Panel title="Strategies">
      <p className="mb-4 text-sm text-muted">
        A strategy is copied only after you have approved of it by hand often enough. That says that you know what it does, not that it wins.
        {strategies.length === 0 && " You have approved of none yet."}
      </p>
      <ul className="grid gap-4" aria-label="Strategies">
        {strategies.map((each) => (
          <Strategy key={each.strategy} earned={each} />
        ))}
      </ul>
    </Panel>
  );
}

function Strategy({ earned }: { earned: Earned }) {
  const { strategy, manual_approvals, needed, unlocked, suspended_at } = earned;
  const said = earnedText(earned);
  const suspended = suspensionText(earned);
  return (
    <li data-testid="earned" data-strategy={strategy} data-unlocked={unlocked} className="grid gap-1.5 text-sm">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-semibold wrap-anywhere">{strategy}</span>
        <Badge tone={unlocked ? "accent" : "plain"}>{unlocked ? "Earned" : "Not earned"}</Badge>
        <span className="ml-auto tabular-nums">{said}</span>
      </p>
      <Bar label={strategy} share={manual_approvals / needed} text={said} />
      {suspended && (
        <p className="text-warn">
          {suspended} <span className="text-xs text-muted tabular-nums">{suspended_at && moment(suspended_at)}</span>
        </p>
      )}
    </li>
  );
}
