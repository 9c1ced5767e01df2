import type { Device } from "@caerus/api/types";
import { Panel } from "@caerus/ui/panel";
import { SkeletonList } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";

import { Failure } from "../../components/failure";
import { devicesQuery } from "../../lib/devices-query";
import { moment } from "../../lib/format";
import { RegisterTerminal } from "./register-terminal";
import { TerminalRow } from "./terminal-row";

/** The terminals that a person lets act, and how each stands. */
export function TerminalsPanel() {
  const devices = useQuery(devicesQuery);
  const all = devices.data?.items ?? [];
  const used = all.filter((each) => each.revoked_at === null);
  const none = devices.data !== undefined && used.length === 0;
  return (
    <Panel title="Terminals">
      {devices.isPending && <SkeletonList label="Loading terminals" rows={2} className="h-20" />}
      {devices.isError && !devices.data && <Failure thrown={devices.error} retry={() => void devices.refetch()} />}
      {none && (
        <p className="pb-4 text-sm text-muted">
          A terminal is a MetaTrader 5 with our Expert Advisor on a chart. It fetches what you approve, and executes it. Register yours:
          you get a key to put into the Expert Advisor.
        </p>
      )}
      <ul className="grid" aria-label="Terminals">
        {used.map((each) => (
          <TerminalRow key={each.id} device={each} rotateDays={devices.data?.rotate_days ?? Infinity} />
        ))}
      </ul>
      <RegisterTerminal first={none} />
      <Revoked devices={all.filter((each) => each.revoked_at !== null)} />
    </Panel>
  );
}

function Revoked({ devices }: { devices: Device[] }) {
  if (devices.length === 0) return null;
  return (
    <details className="mt-3 px-3 text-sm" data-testid="revoked-terminals">
      <summary className="min-h-6 text-muted">{devices.length} revoked</summary>
      <ul className="mt-2 grid gap-2" aria-label="Revoked terminals">
        {devices.map((each) => (
          <li key={each.id} className="flex flex-wrap justify-between gap-x-4">
            <span className="wrap-anywhere">{each.name}</span>
            <span className="text-xs text-muted tabular-nums">revoked {each.revoked_at && moment(each.revoked_at)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
