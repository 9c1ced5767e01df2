import type { Account } from "@caerus/api/types";
import { Badge } from "@caerus/ui/badge";
import { useQuery } from "@tanstack/react-query";

import { devicesQuery } from "../../lib/devices-query";
import { words } from "../../lib/format";
import { AccountActions } from "./account-actions";
import { Figures } from "./figures";

export function AccountRow({ account }: { account: Account }) {
  const verified = account.state === "verified";
  return (
    <li
      data-testid="account"
      data-account-id={account.id}
      data-state={account.state}
      className="grid gap-3 border-t border-line py-4 first:border-0 first:pt-0"
    >
      <div>
        <div className="flex flex-wrap items-center gap-2">
          <h3 className="min-w-0 font-semibold wrap-anywhere">{account.name}</h3>
          <span role="status">
            <Badge tone={verified ? "buy" : "warn"}>{verified ? "Verified" : "Not proven"}</Badge>
          </span>
          {account.is_primary && <Badge tone="accent">Primary</Badge>}
          {account.kind && <Badge>{words(account.kind)}</Badge>}
        </div>
        <p className="mt-1 text-xs wrap-anywhere text-muted">
          {account.broker} · {account.server} · {account.login}
          <Speaker account={account} />
        </p>
      </div>
      {verified ? <Figures account={account} /> : <Unproven />}
      <AccountActions account={account} />
    </li>
  );
}

/** The terminal that shows the account. */
function Speaker({ account }: { account: Account }) {
  const devices = useQuery(devicesQuery).data?.items;
  const speaker = devices?.find((each) => each.id === account.device_id);
  if (!speaker) return null;
  return (
    <>
      {" · "}terminal {speaker.name}
      {speaker.revoked_at && " (revoked)"}
    </>
  );
}

function Unproven() {
  return (
    <p className="text-sm text-muted">
      It is not proven to be yours yet. Attach the Expert Advisor to it, or place an order with the tag as its comment and press Verify.
    </p>
  );
}
