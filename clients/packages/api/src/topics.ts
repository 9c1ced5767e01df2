/** The topics of the stream, and what their events carry: the schemas of the hub's API document. */
import type { EventFrame } from "./frames";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** A signal as everybody sees it; what one person decided is not in it. */
export type SharedSignal = Schemas["Signal"];
/** Prices are decimal strings, `time` is when the bar opened, UTC. */
export type ClosedCandle = Schemas["ClosedCandle"];
/** The newest of its symbol, once a second at most. */
export type Quote = Schemas["Quote"];
/** A position that must be closed, and why. `attempts`: how often its terminal had been told. */
export type ClosureStep = Schemas["Told"];

/** Every kind of topic: its names, the schema of its events' data, and their types. As in `conformance/topics.json`. */
export const KINDS = {
  signals: { topic: "signals", data: "Signal", events: ["signal.created", "signal.cancelled", "signal.expired"] },
  risk: { topic: "risk", data: "KillSwitched", events: ["risk.kill_switch_on", "risk.kill_switch_off"] },
  copying_alerts: { topic: "copying_alerts", data: "Copied", events: ["copy.blocked", "copy.suspended"] },
  approvals: { topic: "approvals:{user_id}", data: "Approval", events: ["approval.decided"] },
  executions: {
    topic: "executions:{user_id}",
    data: "Execution",
    events: ["execution.acknowledged", "execution.filled", "execution.closed"],
  },
  accounts: { topic: "accounts:{user_id}", data: "Account", events: ["account.verified", "account.lost"] },
  devices: { topic: "devices:{user_id}", data: "Device", events: ["device.silent", "device.heard"] },
  positions: { topic: "positions:{user_id}", data: "PositionsChanged", events: ["positions.changed"] },
  equity: { topic: "equity:{user_id}", data: "Equity", events: ["equity.changed"] },
  trades: { topic: "trades:{user_id}", data: "TradeOut", events: ["trade.opened", "trade.closed"] },
  closures: { topic: "closures:{user_id}", data: "Told", events: ["closure.warned", "closure.stuck", "closure.closed"] },
  trading: {
    topic: "trading:{user_id}",
    data: "hub.trading.risk.models.Status",
    events: ["trading.paused", "trading.resumed", "trading.size_changed", "risk.kill_switch_on", "risk.kill_switch_off"],
  },
  guards: { topic: "guards:{user_id}", data: "Guarded", events: ["account.guarded"] },
  preflight: {
    topic: "preflight:{user_id}",
    data: "CertificateChanged",
    events: ["preflight.issued", "preflight.lost", "preflight.warned"],
  },
  deputies: { topic: "deputies:{user_id}", data: "Deputy", events: ["deputy.named", "deputy.revoked"] },
  votes: { topic: "votes:{user_id}", data: "Tally", events: ["approval.voted"] },
  policies: { topic: "policies:{user_id}", data: "Policy", events: ["policy.set", "policy.joined", "policy.released", "policy.ended"] },
  copying: {
    topic: "copying:{user_id}",
    data: "Copied",
    events: ["copy.enabled", "copy.disabled", "copy.tightened", "copy.placed", "copy.kept_out", "copy.blocked", "copy.suspended"],
  },
  candles: { topic: "candles:{symbol}", data: "ClosedCandle", events: ["candle.closed"] },
  quotes: { topic: "quotes:{symbol}", data: "Quote", events: ["quote.changed"] },
} as const satisfies Record<string, { topic: string; data: keyof Schemas; events: readonly string[] }>;

type Kinds = typeof KINDS;
type Kind = keyof Kinds;
type Data<Of extends Kind> = Schemas[Kinds[Of]["data"]];
type Events<Of extends Kind> = Kinds[Of]["events"][number];

/**
 * Event types and the data each carries. `risk.kill_switch_*` is in a person's own topic how their trading stands
 * now; in `risk`, everybody's, the switch alone.
 */
export type LiveEvents = { [Type in Events<Kind>]: { [Of in Kind]: Type extends Events<Of> ? Data<Of> : never }[Kind] };

/** Kinds that are a topic by themselves. */
type Shared = { [Of in Kind]: Kinds[Of]["topic"] extends Of ? Of : never }[Kind];

/** `signals`, `risk`, or a kind and whose or of what: `executions:{user_id}`, `candles:{symbol}`. */
export type TopicName = Shared | `${Exclude<Kind, Shared>}:${string}`;

type KindOf<Name extends TopicName> = Name extends `${infer Of extends Kind}:${string}` ? Of : Name & Shared;

/** An event of this topic: `type` tells what `data` is. A newer hub may send types that are not listed here. */
export type LiveEvent<Name extends TopicName> = {
  [Type in Events<KindOf<Name>>]: Omit<EventFrame, "type" | "data"> & { type: Type; data: Data<KindOf<Name>> };
}[Events<KindOf<Name>>];

export interface Handlers<Name extends TopicName> {
  /**
   * Load the state anew: it was never loaded, or events may have been missed. Events wait until the returned
   * promise has settled, then those above its position follow in order. `signal` ends a load that a newer one
   * replaces.
   */
  snapshot: (signal: AbortSignal) => unknown;
  /** Apply an event; when a promise is returned, the next event waits for it. */
  event: (event: LiveEvent<Name>) => unknown;
}
