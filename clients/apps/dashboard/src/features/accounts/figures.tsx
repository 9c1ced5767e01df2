import type { Account, LiveAccount } from "@caerus/api/types";
import { Skeleton } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";

import { Failure } from "../../components/failure";
import { Seen } from "../../components/seen";
import { Warning } from "../../components/warning";
import { liveAccountQuery } from "../../lib/accounts-query";
import { money } from "../../lib/money";
import { doubtText, drawdownText } from "./figures-text";
import { Positions } from "./positions";

/** How the account stood when it was last seen. */
export function Figures({ account }: { account: Account }) {
  const query = useQuery(liveAccountQuery(account.id));
  if (query.isError && !query.data) return <Failure thrown={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton className="h-24" />;
  if (query.data.account_equity === null) return <p className="text-sm text-muted">No terminal has shown it yet.</p>;
  return (
    <>
      <Warning text={doubtText(query.data.doubt)} />
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-1">
        <Sums live={query.data} />
        <Seen live={query.data} askedAt={query.dataUpdatedAt} />
      </div>
      <Positions positions={query.data.open_positions} />
    </>
  );
}

function Sums({ live }: { live: LiveAccount }) {
  const shown = [
    ["Equity", money(live.account_equity)],
    ["Balance", money(live.account_balance)],
    ["Drawdown", drawdownText(live.drawdown_percent)],
  ] as const;
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-2">
      {shown.map(([label, value]) => (
        <div key={label}>
          <dt className="text-xs text-muted">{label}</dt>
          <dd className="font-semibold tabular-nums" data-testid={label.toLowerCase()}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
