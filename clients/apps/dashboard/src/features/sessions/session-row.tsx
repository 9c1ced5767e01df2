import type { SessionInfo } from "@caerus/api/types";
import { Badge } from "@caerus/ui/badge";
import { Button } from "@caerus/ui/button";

import { Age } from "../../components/time-left";
import { moment } from "../../lib/format";
import { clientName } from "../../lib/user-agent";
import { methodsText } from "./methods";

interface SessionRowProps {
  session: SessionInfo;
  busy: boolean;
  onEnd: () => void;
}

export function SessionRow({ session, busy, onEnd }: SessionRowProps) {
  const name = session.audience === "miniapp" ? "Telegram Mini App" : clientName(session.ua);
  return (
    <li
      data-testid="session-row"
      data-session-id={session.id}
      className="flex items-center justify-between gap-4 border-t border-line py-3 first:border-0 first:pt-0 last:pb-0"
    >
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2 text-sm font-medium" title={session.ua}>
          {name}
          {session.current && <Badge tone="accent">This device</Badge>}
        </p>
        <p className="text-xs wrap-anywhere text-muted tabular-nums">
          {session.ip ?? "unknown address"} · used <Age since={session.seen_at} /> · by {methodsText(session.methods)}
        </p>
        <p className="text-xs text-muted tabular-nums">since {moment(session.created_at)}</p>
      </div>
      {!session.current && (
        <Button tone="sell" disabled={busy} onClick={onEnd} aria-label={`End the session in ${name}, since ${moment(session.created_at)}`}>
          End
        </Button>
      )}
    </li>
  );
}
