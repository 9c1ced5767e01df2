import type { Account } from "@caerus/api/types";
import { useQuery } from "@tanstack/react-query";

import { Seen } from "../../components/seen";
import { Warning } from "../../components/warning";
import { liveAccountQuery } from "../../lib/accounts-query";
import { flagsOf } from "./flags";
import type { Flag } from "./flags";
import { skewText } from "./terminal";

interface AccountFlagsProps {
  account: Account;
  /** Its terminal's clock was spoken of already. */
  skewTold: boolean;
}

/** What the terminal is allowed on an account, when it last showed it. */
export function AccountFlags({ account, skewTold }: AccountFlagsProps) {
  const query = useQuery(liveAccountQuery(account.id));
  return (
    <div className="grid gap-2 text-sm" data-testid="account-flags">
      <p className="flex flex-wrap justify-between gap-x-4">
        <span className="wrap-anywhere">
          {account.server} · {account.login}
        </span>
        {query.data && <Seen live={query.data} askedAt={query.dataUpdatedAt} />}
      </p>
      <ul className="grid gap-1" aria-label={`What is allowed on ${account.login}`}>
        {query.data && flagsOf(query.data).map((flag) => <FlagLine key={flag.key} flag={flag} />)}
      </ul>
      {query.data && !skewTold && <Warning text={skewText(query.data.skew_ms)} />}
    </div>
  );
}

function FlagLine({ flag }: { flag: Flag }) {
  return (
    <li data-flag={flag.key} data-holds={flag.mend === null} className="grid gap-1">
      <span className={flag.mend ? "font-semibold text-sell" : "text-muted"}>
        <span aria-hidden="true">{flag.mend ? "✕" : "✓"}</span> {flag.text}
      </span>
      <Warning text={flag.mend} />
    </li>
  );
}
