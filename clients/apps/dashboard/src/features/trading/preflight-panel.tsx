import type { Account, Preflight } from "@caerus/api/types";
import { Badge } from "@caerus/ui/badge";
import { Panel } from "@caerus/ui/panel";
import { Skeleton, SkeletonList } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";

import { Failure } from "../../components/failure";
import { Warning } from "../../components/warning";
import { accountsQuery } from "../../lib/accounts-query";
import { moment } from "../../lib/format";
import { preflightQuery } from "../../lib/preflight-query";
import { FindingList } from "./finding-list";
import { GAPS } from "./gaps";
import { rehearses } from "./stops";

/** What was checked of each verified account, and until when it may trade. */
export function PreflightPanel() {
  const accounts = useQuery(accountsQuery);
  const verified = accounts.data?.items.filter((each) => each.state === "verified");
  return (
    <Panel title="Preflight">
      {accounts.isPending && <SkeletonList label="Loading accounts" rows={1} className="h-32" />}
      {accounts.isError && !accounts.data && <Failure thrown={accounts.error} retry={() => void accounts.refetch()} />}
      {verified?.length === 0 && (
        <p className="text-sm text-muted">You have no verified account, so there is nothing to check. Link one on the page Terminals.</p>
      )}
      <ul className="grid" aria-label="Checked accounts">
        {verified?.map((each) => (
          <Checked key={each.id} account={each} />
        ))}
      </ul>
    </Panel>
  );
}

function Checked({ account }: { account: Account }) {
  const query = useQuery(preflightQuery(account.id));
  return (
    <li
      data-testid="preflight"
      data-account-id={account.id}
      data-gap={query.data?.gap ?? ""}
      className="grid gap-3 border-t border-line py-4 first:border-0 first:pt-0 last:pb-0"
    >
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="min-w-0 font-semibold wrap-anywhere">{account.name}</h3>
        {query.data && <span role="status">{certified(query.data) ? <Badge tone="buy">Certified</Badge> : <Badge tone="warn">No certificate</Badge>}</span>}
      </div>
      {query.isError && !query.data && <Failure thrown={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Skeleton className="h-20" />}
      {query.data && <Report preflight={query.data} rehearsal={rehearses(account.kind)} />}
    </li>
  );
}

function certified({ certificate, gap }: Preflight): boolean {
  return certificate !== null && gap === null;
}

function Report({ preflight, rehearsal }: { preflight: Preflight; rehearsal: boolean }) {
  const { certificate, findings, gap, reported_at } = preflight;
  return (
    <>
      {gap && <Warning text={GAPS[gap]} />}
      {gap && rehearsal && <p className="text-sm text-muted">It is without real money, so it may trade all the same.</p>}
      {certificate && !gap && (
        <p className="text-sm" data-testid="certificate">
          For {Object.keys(certificate.instruments).join(", ")} until {moment(certificate.valid_until)}. Each report of its terminal that
          passes makes that longer.
        </p>
      )}
      <FindingList findings={findings} />
      <p className="text-xs text-muted">
        {reported_at ? `Last report ${moment(reported_at)}` : "No report yet"}
        {reported_at && findings.length === 0 && " · nothing was found"}
      </p>
    </>
  );
}
