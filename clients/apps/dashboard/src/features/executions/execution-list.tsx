import type { Execution } from "@caerus/api/types";
import { EmptyState } from "@caerus/ui/notice";
import { SkeletonList } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Failure } from "../../components/failure";
import { ShowOlder } from "../../components/show-older";
import { ExecutionRow } from "./execution-row";
import { executionsQuery, useOlderExecutions } from "./executions-query";

const PAGE = 20;

export function ExecutionList() {
  const query = useQuery(executionsQuery);
  if (query.isPending) return <SkeletonList label="Loading executions" className="h-20" />;
  if (!query.data) return <Failure thrown={query.error} retry={() => void query.refetch()} />;
  if (query.data.items.length === 0) {
    return (
      <EmptyState title="No executions yet">
        Approve a signal. When your terminal has fetched the order and told what it did, it appears here.
      </EmptyState>
    );
  }
  return <Rows executions={query.data.items} goesOn={query.data.next_cursor !== null} />;
}

function Rows({ executions, goesOn }: { executions: Execution[]; goesOn: boolean }) {
  const [shown, setShown] = useState(PAGE);
  const older = useOlderExecutions();
  const showOlder = () => {
    setShown(shown + PAGE);
    if (goesOn && shown + PAGE > executions.length) older.mutate();
  };
  return (
    <div className="grid gap-3">
      <ul aria-label="Executions" aria-live="polite" aria-relevant="additions text" className="grid gap-2">
        {executions.slice(0, shown).map((execution) => (
          <li key={execution.id}>
            <ExecutionRow execution={execution} />
          </li>
        ))}
      </ul>
      {(goesOn || executions.length > shown) && <ShowOlder busy={older.isPending} thrown={older.error} onClick={showOlder} />}
    </div>
  );
}
