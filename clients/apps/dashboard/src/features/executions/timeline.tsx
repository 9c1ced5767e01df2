import type { Signal } from "@caerus/api/types";
import { Panel } from "@caerus/ui/panel";
import { useQuery } from "@tanstack/react-query";

import { clock } from "../../lib/format";
import { approvalsQuery } from "./approvals-query";
import { executionsQuery } from "./executions-query";
import { approvedStage, DELIVERING, stageOf, stagesOf } from "./stages";
import type { Stage, Tone } from "./stages";

/** From approval to close, for one signal; nothing until it is approved. */
export function Timeline({ signal }: { signal: Signal }) {
  const approval = useQuery(approvalsQuery).data?.items.find((each) => each.signal_id === signal.id);
  const all = useQuery(executionsQuery).data?.items ?? [];
  const executions = all.filter((each) => each.signal_id === signal.id).toReversed();
  if (signal.my_decision !== "approved" && executions.length === 0) return null;
  const waits = executions.length === 0;
  return (
    <Panel title="What happened">
      <ol className="grid gap-0">
        {approval && <Step stage={approvedStage(approval)} />}
        {waits && <Step stage={DELIVERING} />}
      </ol>
      {executions.map((execution) => (
        <ol
          key={execution.id}
          aria-live="polite"
          aria-label={`Execution: ${stageOf(execution)}`}
          data-testid="execution-row"
          data-signal-id={execution.signal_id}
          data-status={execution.status}
          data-stage={stageOf(execution).toLowerCase()}
        >
          {stagesOf(execution).map((stage) => (
            <Step key={stage.name} stage={stage} />
          ))}
        </ol>
      ))}
    </Panel>
  );
}

const DOTS: Record<Tone, string> = {
  done: "bg-accent border-accent",
  waiting: "border-muted motion-safe:animate-pulse",
  bad: "bg-sell border-sell",
};

function Step({ stage }: { stage: Stage }) {
  return (
    <li className="flex gap-3 py-1.5 text-sm">
      <span aria-hidden="true" className={`mt-1.5 size-2.5 shrink-0 rounded-full border-2 ${DOTS[stage.tone]}`} />
      <span className="min-w-0 grow">
        <span className={`font-semibold ${stage.tone === "bad" ? "text-sell" : ""}`}>{stage.name}</span>{" "}
        <span className="block text-muted tabular-nums wrap-anywhere sm:inline">{stage.note}</span>
      </span>
      {stage.at && (
        <time dateTime={stage.at} className="shrink-0 text-xs text-muted tabular-nums">
          {clock(stage.at)}
        </time>
      )}
    </li>
  );
}
