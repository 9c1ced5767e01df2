import { Skeleton } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";

import { Failure } from "../components/failure";
import { CopyLimitsPanel } from "../features/copying/copy-limits-panel";
import { CopyingPanel } from "../features/copying/copying-panel";
import { EarnedPanel } from "../features/copying/earned-panel";
import { copyingQuery } from "../features/copying/queries";
import { useTopic } from "../lib/hooks";
import { meQuery } from "../lib/me-query";

export function CopyingPage() {
  const me = useQuery(meQuery).data;
  const { data, isError, error, refetch } = useQuery(copyingQuery);
  useTopic(me ? `copying:${me.id}` : null);
  useTopic(me ? `trading:${me.id}` : null);
  useTopic("risk");
  if (isError && !data) return <Failure thrown={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton className="h-96" />;
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <CopyingPanel status={data} />
      <div className="grid gap-4">
        <EarnedPanel strategies={data.strategies} />
        <CopyLimitsPanel status={data} />
      </div>
    </div>
  );
}
