import { Panel } from "@caerus/ui/panel";
import { SkeletonList } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";

import { Failure } from "../../components/failure";
import { accountsQuery } from "../../lib/accounts-query";
import { AccountRow } from "./account-row";
import { LinkAccount } from "./link-account";

/** The accounts at brokers that a person has linked, and how each stands. */
export function AccountsPanel() {
  const accounts = useQuery(accountsQuery);
  const items = accounts.data?.items ?? [];
  const none = accounts.data !== undefined && items.length === 0;
  return (
    <Panel title="Accounts">
      {accounts.isPending && <SkeletonList label="Loading accounts" rows={2} className="h-20" />}
      {accounts.isError && !accounts.data && <Failure thrown={accounts.error} retry={() => void accounts.refetch()} />}
      {none && (
        <p className="pb-4 text-sm text-muted">
          Link the account that your terminal trades. Until then the hub takes nothing of what the terminal shows of it.
        </p>
      )}
      <ul className="grid" aria-label="Accounts">
        {items.map((each) => (
          <AccountRow key={each.id} account={each} />
        ))}
      </ul>
      <LinkAccount first={none} />
    </Panel>
  );
}
