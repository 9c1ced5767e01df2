import { asProblem } from "@caerus/api/problem";
import type { Account } from "@caerus/api/types";
import { onSchemeChange } from "@caerus/charts/palette";
import { Panel } from "@caerus/ui/panel";
import { Segmented } from "@caerus/ui/segmented";
import { Skeleton } from "@caerus/ui/skeleton";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState, useSyncExternalStore } from "react";

import { Failure } from "../../components/failure";
import { accountsQuery } from "../../lib/accounts-query";
import { equityQuery } from "./equity-query";
import type { Theme } from "./equity-query";

const SPANS = [
  { value: "7", text: "7 days" },
  { value: "30", text: "30 days" },
  { value: "366", text: "A year" },
] as const;
type Days = (typeof SPANS)[number]["value"];

/** What each verified account was worth: what limits on falls and losses are held against. Nothing without an account. */
export function EquityPanel() {
  const [days, setDays] = useState<Days>("30");
  const verified = useQuery(accountsQuery).data?.items.filter((each) => each.state === "verified") ?? [];
  if (verified.length === 0) return null;
  return (
    <Panel title="Equity" aside={<Segmented label="Over" value={days} options={SPANS} onChange={setDays} />}>
      <ul className="grid gap-4" aria-label="Equity of accounts">
        {verified.map((each) => (
          <li key={each.id}>
            <h3 className="mb-1 text-sm font-semibold wrap-anywhere">{each.name}</h3>
            <Picture account={each} days={Number(days)} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Picture({ account, days }: { account: Account; days: number }) {
  const query = useQuery({ ...equityQuery(account.id, days, useTheme()), placeholderData: keepPreviousData });
  const { data, error } = query;
  if (data) return <img src={data} alt={`Equity of ${account.name} over the last ${days} days`} className="h-auto w-full rounded-lg" data-testid="equity-chart" />;
  if (!error) return <Skeleton className="h-48" />;
  const { status, detail } = asProblem(error);
  if (status === 404) return <p className="text-sm text-muted">{detail}</p>;
  return <Failure thrown={error} retry={() => void query.refetch()} />;
}

const DARK = "(prefers-color-scheme: dark)";

function useTheme(): Theme {
  return useSyncExternalStore(onSchemeChange, () => (matchMedia(DARK).matches ? "dark" : "light"));
}
