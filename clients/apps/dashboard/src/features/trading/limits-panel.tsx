import type { CapsOf } from "@caerus/api/types";
import { Button } from "@caerus/ui/button";
import { Panel } from "@caerus/ui/panel";
import { Skeleton } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Failure } from "../../components/failure";
import { LimitFields } from "../../components/limit-fields";
import { LimitList } from "../../components/limit-list";
import { Submit } from "../../components/submit";
import { focus, onSubmit, text } from "../../lib/forms";
import { LIMITS, ownOf } from "../../lib/limits";
import { capsQuery } from "../../lib/trading-queries";
import { currencyOf, useStandings } from "../../lib/use-standings";
import { useTighten } from "./acts";

const BASE = "House";

/** The limits that hold for a person's trades, and a way to make them tighter. */
export function LimitsPanel() {
  const caps = useQuery(capsQuery);
  const currency = currencyOf(useStandings());
  // Null until it was asked for; who comes back finds the focus where they left.
  const [tightening, setTightening] = useState<boolean | null>(null);
  if (caps.isError && !caps.data) return <Failure thrown={caps.error} retry={() => void caps.refetch()} />;
  if (!caps.data) return <Skeleton className="h-96" />;
  return (
    <Panel title="Limits">
      {tightening ? (
        <TightenForm caps={caps.data} currency={currency} onDone={() => setTightening(false)} />
      ) : (
        <>
          <LimitList limits={LIMITS} made={caps.data} currency={currency} base={BASE} />
          <Button className="mt-2" ref={tightening === false ? focus : null} onClick={() => setTightening(true)} data-testid="tighten">
            Set tighter ones
          </Button>
        </>
      )}
    </Panel>
  );
}

interface TightenFormProps {
  caps: CapsOf;
  currency: string | null;
  onDone: () => void;
}

function TightenForm({ caps, currency, onDone }: TightenFormProps) {
  const tighten = useTighten();
  // What is typed is read in the currency in which it was asked for.
  const [asked] = useState({ caps, currency });
  const send = onSubmit((form) => {
    tighten.mutate(() => ownOf(LIMITS, (name) => text(form, name), asked.currency), { onSuccess: onDone });
  });
  return (
    <form onSubmit={send} className="grid gap-4">
      <p className="text-sm text-muted">
        Limits of your own can only be tighter than the house's. An empty field is the house's limit. They hold from the moment the hub has
        them.
      </p>
      <LimitFields limits={LIMITS} made={asked.caps} currency={asked.currency} base={BASE} thrown={tighten.error} />
      <Submit sending={tighten} text="Set my limits" busy="Setting…" testId="tighten-submit" />
      <Button onClick={onDone}>Cancel</Button>
    </form>
  );
}
