import { Panel } from "@caerus/ui/panel";
import { Skeleton } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";

import { Failure } from "../../components/failure";
import { day, words } from "../../lib/format";
import { meQuery } from "../../lib/me-query";
import { quotasQuery } from "./quotas-query";

export function PersonPanel() {
  const me = useQuery(meQuery);
  const plan = useQuery(quotasQuery).data?.plan;
  if (me.isError && !me.data) return <Failure thrown={me.error} retry={() => void me.refetch()} />;
  if (!me.data) return <Skeleton className="h-40" />;
  const facts = [
    ["E-mail", me.data.email],
    ["Role", words(me.data.role)],
    ["Plan", plan ? words(plan) : "–"],
    ["Here since", day(me.data.created_at)],
  ] as const;
  return (
    <Panel title="You">
      <dl className="grid text-sm">
        {facts.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4 border-t border-line py-2 first:border-0 first:pt-0 last:pb-0">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 text-right wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
