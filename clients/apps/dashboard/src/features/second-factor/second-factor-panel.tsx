import { Badge } from "@caerus/ui/badge";
import { Panel } from "@caerus/ui/panel";
import { Skeleton } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Failure } from "../../components/failure";
import { keys } from "../../lib/keys";
import { secondFactorQuery } from "../../lib/second-factor-query";
import { queryClient } from "../../lib/services";
import { Enrolment } from "./enrolment";
import { HeldFactor } from "./held-factor";

/** Whether signing in asks for a code, and what can be done about it. */
export function SecondFactorPanel() {
  const query = useQuery(secondFactorQuery);
  // Each time something was done the parts begin anew.
  const [round, setRound] = useState(0);
  if (query.isError && !query.data) return <Failure thrown={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton className="h-32" />;
  const onDone = async () => {
    await queryClient.invalidateQueries({ queryKey: keys.secondFactor });
    setRound((before) => before + 1);
  };
  return (
    <Panel title="Second factor" aside={<Badge tone={query.data.enabled ? "buy" : "warn"}>{query.data.enabled ? "On" : "Off"}</Badge>}>
      <div data-testid="second-factor">
        {query.data.enabled ? (
          <HeldFactor key={round} factor={query.data} onDone={() => void onDone()} />
        ) : (
          <Enrolment key={round} onDone={() => void onDone()} />
        )}
      </div>
    </Panel>
  );
}
