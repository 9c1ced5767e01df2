import type { Execution } from "@caerus/api/types";
import { Button } from "@caerus/ui/button";
import { EmptyState } from "@caerus/ui/notice";
import { SkeletonList } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Failure } from "../../components/failure";
import { ExecutionRow } from "./execution-row";
import { executionsQuery } from "./executions-query";

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
  return <Rows executions={query.data.items} />;
}

function Rows({ executions }: { executions: Execution[] }) {
  const [shown, setShown] = useState(PAGE);
  return (
    <>
      <ul aria-label="Executions" aria-live="polite" aria-relevant="additions text" className="grid gap-2">
        {executions.slice(0, shown).map((execution) => (
          <li key={execution.id}>
            <ExecutionRow execution={execution} />
          </li>
        ))}
      </ul>
      {executions.length > shown && (
        <Button className="mt-3 w-full" onClick={() => setShown(shown + PAGE)}>
          Show older
        </Button>
      )}
    </>
  );
}
