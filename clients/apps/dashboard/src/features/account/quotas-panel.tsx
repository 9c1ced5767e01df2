import type { Quota } from "@caerus/api/types";
import { Bar } from "@caerus/ui/meter";
import { Panel } from "@caerus/ui/panel";
import { Skeleton } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";

import { Failure } from "../../components/failure";
import { useNow } from "../../lib/hooks";
import { quotaName, startsAnew, usage, usedShare } from "./quotas";
import { quotasQuery } from "./quotas-query";

/** What the plan allows, and how much of it is used. */
export function QuotasPanel() {
  const quotas = useQuery(quotasQuery);
  if (quotas.isError && !quotas.data) return <Failure thrown={quotas.error} retry={() => void quotas.refetch()} />;
  if (!quotas.data) return <Skeleton className="h-56" />;
  return (
    <Panel title="What your plan allows">
      <ul className="grid gap-4">
        {quotas.data.items.map((quota) => (
          <QuotaRow key={quota.key} quota={quota} />
        ))}
      </ul>
    </Panel>
  );
}

function QuotaRow({ quota }: { quota: Quota }) {
  const name = quotaName(quota);
  const anew = startsAnew(quota, useNow());
  const share = usedShare(quota);
  return (
    <li data-testid={`quota-${quota.key}`} className="grid gap-1.5">
      <span className="flex flex-wrap justify-between gap-x-4 text-sm">
        <span>{name}</span>
        <span className="tabular-nums">
          {usage(quota)}
          {anew && <span className="text-xs text-muted"> · {anew}</span>}
        </span>
      </span>
      {quota.limit !== null && <Bar label={name} share={share} text={usage(quota)} full={share >= 1} />}
    </li>
  );
}
