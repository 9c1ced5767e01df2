import { useQuery } from "@tanstack/react-query";

import { AccountsPanel } from "../features/accounts/accounts-panel";
import { TerminalsPanel } from "../features/terminals/terminals-panel";
import { useTopic } from "../lib/hooks";
import { meQuery } from "../lib/me-query";

export function TerminalsPage() {
  const me = useQuery(meQuery).data;
  useTopic(me ? `accounts:${me.id}` : null);
  useTopic(me ? `positions:${me.id}` : null);
  useTopic(me ? `equity:${me.id}` : null);
  return (
    <section aria-labelledby="terminals" className="mx-auto max-w-6xl">
      <h1 id="terminals" className="mb-3 text-xl font-semibold">
        Terminals and accounts
      </h1>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <TerminalsPanel />
        <AccountsPanel />
      </div>
    </section>
  );
}
