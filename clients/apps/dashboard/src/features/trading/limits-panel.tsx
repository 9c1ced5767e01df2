import { Panel } from "@caerus/ui/panel";
import { Skeleton } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";

import { Failure } from "../../components/failure";
import { LimitsEditor } from "../../components/limits-editor";
import { LIMITS } from "../../lib/limits";
import { capsQuery } from "../../lib/trading-queries";
import { currencyOf, useStandings } from "../../lib/use-standings";
import { useTighten } from "./acts";

const NOTE =
  "Limits of your own can only be tighter than the house's. An empty field is the house's limit. They hold from the moment the hub has them.";

/** The limits that hold for all of a person's trades. */
export function LimitsPanel() {
  const caps = useQuery(capsQuery);
  const currency = currencyOf(useStandings());
  const tighten = useTighten();
  if (caps.isError && !caps.data) return <Failure thrown={caps.error} retry={() => void caps.refetch()} />;
  if (!caps.data) return <Skeleton className="h-96" />;
  return (
    <Panel title="Limits">
      <LimitsEditor
        limits={LIMITS}
        made={caps.data}
        currency={currency}
        base="House"
        note={NOTE}
        sending={tighten}
        onOpen={tighten.reset}
        onSend={(typed, _, onSuccess) => tighten.mutate(typed, { onSuccess })}
      />
    </Panel>
  );
}
