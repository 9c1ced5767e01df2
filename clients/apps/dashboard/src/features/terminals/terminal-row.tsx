import type { Device } from "@caerus/api/types";
import { Badge } from "@caerus/ui/badge";
import type { BadgeTone } from "@caerus/ui/badge";
import { useQuery } from "@tanstack/react-query";

import { Age } from "../../components/time-left";
import { Warning } from "../../components/warning";
import { accountsQuery } from "../../lib/accounts-query";
import { useNow } from "../../lib/hooks";
import { AccountFlags } from "./account-flags";
import { ageText, graceText, HINTS, skewText, stateOf } from "./terminal";
import type { State } from "./terminal";
import { TerminalActions } from "./terminal-actions";

const BADGES: Record<State, { text: string; tone: BadgeTone }> = {
  live: { text: "Live", tone: "buy" },
  silent: { text: "Silent", tone: "warn" },
  never: { text: "Not attached yet", tone: "plain" },
  revoked: { text: "Revoked", tone: "plain" },
};

export function TerminalRow({ device, rotateDays }: { device: Device; rotateDays: number }) {
  const now = useNow();
  const state = stateOf(device, now);
  const { text, tone } = BADGES[state];
  const skew = skewText(device.skew_ms);
  return (
    <li
      data-testid="terminal"
      data-device-id={device.id}
      data-state={state}
      className="grid gap-3 border-t border-line py-4 first:border-0 first:pt-0"
    >
      <div>
        <div className="flex flex-wrap items-center gap-2">
          <h3 className="min-w-0 font-semibold wrap-anywhere">{device.name}</h3>
          <span role="status">
            <Badge tone={tone}>{text}</Badge>
          </span>
        </div>
        <p className="mt-1 text-xs text-muted tabular-nums">
          last heard {device.last_seen_at ? <Age since={device.last_seen_at} /> : "never"} · key made <Age since={device.keyed_at} />
        </p>
      </div>
      <Warning text={graceText(device, now)} />
      <Warning text={ageText(device, rotateDays, now)} />
      <Warning text={skew} />
      {HINTS[state] && <p className="text-sm text-muted">{HINTS[state]}</p>}
      {state !== "never" && <Accounts deviceId={device.id} skewTold={skew !== null} />}
      <TerminalActions device={device} />
    </li>
  );
}

/** Those that this terminal speaks for. */
function Accounts({ deviceId, skewTold }: { deviceId: string; skewTold: boolean }) {
  const accounts = useQuery(accountsQuery).data?.items;
  if (!accounts) return null;
  const spoken = accounts.filter((each) => each.device_id === deviceId && each.state === "verified");
  if (spoken.length === 0) return <p className="text-sm text-muted">It has shown no account that you have linked.</p>;
  return spoken.map((each) => <AccountFlags key={each.id} account={each} skewTold={skewTold} />);
}
