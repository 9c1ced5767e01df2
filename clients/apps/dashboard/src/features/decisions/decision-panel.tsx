import type { Bounds, Decision, Signal } from "@caerus/api/types";
import { Button } from "@caerus/ui/button";
import { Panel } from "@caerus/ui/panel";
import { Skeleton } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { Failure } from "../../components/failure";
import { TimeLeft } from "../../components/time-left";
import { useNow } from "../../lib/hooks";
import { NO_BOUNDS, toBounds } from "./bounds";
import { BoundsFields } from "./bounds-fields";
import { consentQuery } from "./consent-query";
import { useDecide } from "./use-decide";

interface DecisionPanelProps {
  signal: Signal;
  /** Which of these limits the market would break now, in sentences. */
  brokenBy: (bounds: Bounds | null) => string[];
}

export function DecisionPanel({ signal, brokenBy }: DecisionPanelProps) {
  const over = Date.parse(signal.expires_at) <= useNow();
  if (signal.my_decision) return <Outcome text={DECIDED[signal.my_decision]} />;
  if (signal.status !== "open" || over) return <Outcome text={ended(signal)} />;
  return (
    <Panel title="Your decision" aside={<span className="text-xs text-muted tabular-nums"><TimeLeft until={signal.expires_at} /></span>}>
      <DecisionForm signal={signal} brokenBy={brokenBy} />
    </Panel>
  );
}

const DECIDED: Record<Decision, string> = {
  approved: "You approved this signal. What your terminal does with it appears below.",
  rejected: "You rejected this signal. Nothing is sent to your terminal.",
};

function ended(signal: Signal): string {
  if (signal.status !== "cancelled") return "This signal has expired; it can no longer be decided.";
  const reason = signal.close_reason ? ` (${signal.close_reason})` : "";
  return `The strategy cancelled this signal${reason}; it can no longer be decided.`;
}

function Outcome({ text }: { text: string }) {
  return (
    <Panel title="Your decision">
      <p data-testid="decision-outcome" className="text-sm">
        {text}
      </p>
    </Panel>
  );
}

function DecisionForm({ signal, brokenBy }: DecisionPanelProps) {
  const consent = useQuery(consentQuery);
  const decide = useDecide();
  const [bounds, setBounds] = useState(NO_BOUNDS);
  const now = useNow();
  if (consent.isPending) return <Skeleton className="h-28" />;
  if (!consent.data) return <Failure thrown={consent.error} retry={() => void consent.refetch()} />;
  const { version, text } = consent.data;
  const send = (decision: Decision) =>
    decide.mutate({
      signal_id: signal.id,
      decision,
      consent_version: version,
      ...(decision === "approved" ? withBounds(bounds) : {}),
    });
  return (
    <form action={() => send("approved")} className="grid gap-4">
      <BoundsFields value={bounds} onChange={setBounds} broken={brokenBy(toBounds(bounds, now))} />
      <p data-testid="consent-text" className="text-sm">
        {text} <span className="text-xs whitespace-nowrap text-muted">(consent {version})</span>
      </p>
      <div className="grid grid-cols-2 gap-3">
        <Button type="submit" tone="buy" disabled={decide.isPending} data-testid="approve">
          Approve
        </Button>
        <Button tone="sell" disabled={decide.isPending} onClick={() => send("rejected")} data-testid="reject">
          Reject
        </Button>
      </div>
    </form>
  );
}

function withBounds(input: typeof NO_BOUNDS) {
  const bounds = toBounds(input, Date.now());
  return bounds ? { bounds } : {};
}
