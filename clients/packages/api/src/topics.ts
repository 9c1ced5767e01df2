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

/** Whether a person's trading runs, and what stops it. */
type Trading = Schemas["hub.trading.risk.models.Status"];

/** Event types and the data each carries. */
export interface LiveEvents {
  "signal.created": SharedSignal;
  "signal.cancelled": SharedSignal;
  "signal.expired": SharedSignal;
  "approval.decided": Schemas["Approval"];
  "execution.acknowledged": Schemas["Execution"];
  "execution.filled": Schemas["Execution"];
  "execution.closed": Schemas["Execution"];
  "quote.changed": Quote;
  "candle.closed": ClosedCandle;
  "account.verified": Schemas["Account"];
  "account.lost": Schemas["Account"];
  "device.silent": Schemas["Device"];
  "device.heard": Schemas["Device"];
  "positions.changed": Schemas["PositionsChanged"];
  "equity.changed": Schemas["Equity"];
  "trading.paused": Trading;
  "trading.resumed": Trading;
  "trading.size_changed": Trading;
  /** In a person's own topic how their trading stands now; in `risk`, everybody's, the switch alone. */
  "risk.kill_switch_on": Trading | Schemas["KillSwitched"];
  "risk.kill_switch_off": Trading | Schemas["KillSwitched"];
  "account.guarded": Schemas["Guarded"];
  "preflight.issued": Schemas["CertificateChanged"];
  "preflight.lost": Schemas["CertificateChanged"];
  "preflight.warned": Schemas["CertificateChanged"];
  "copy.enabled": Schemas["Copied"];
  "copy.disabled": Schemas["Copied"];
  "copy.tightened": Schemas["Copied"];
  "copy.suspended": Schemas["Copied"];
  "copy.placed": Schemas["Copied"];
  "copy.kept_out": Schemas["Copied"];
  "copy.blocked": Schemas["Copied"];
}

type KillSwitch = "risk.kill_switch_on" | "risk.kill_switch_off";

/** Kinds of topics and the types of their events. */
interface Kinds {
  signals: "signal.created" | "signal.cancelled" | "signal.expired";
  approvals: "approval.decided";
  executions: "execution.acknowledged" | "execution.filled" | "execution.closed";
  quotes: "quote.changed";
  candles: "candle.closed";
  accounts: "account.verified" | "account.lost";
  devices: "device.silent" | "device.heard";
  positions: "positions.changed";
  equity: "equity.changed";
  trading: "trading.paused" | "trading.resumed" | "trading.size_changed" | KillSwitch;
  risk: KillSwitch;
  guards: "account.guarded";
  preflight: "preflight.issued" | "preflight.lost" | "preflight.warned";
  copying: Extract<keyof LiveEvents, `copy.${string}`>;
}

/** Kinds that are a topic by themselves. */
type Shared = "signals" | "risk";

/** `signals`, `risk`, or a kind and whose or of what: `executions:{user_id}`, `candles:{symbol}`. */
export type TopicName = Shared | `${Exclude<keyof Kinds, Shared>}:${string}`;

type KindOf<Name extends TopicName> = Name extends `${infer Kind extends keyof Kinds}:${string}` ? Kind : Name & Shared;

/** An event of this topic: `type` tells what `data` is. A newer hub may send types that are not listed here. */
export type LiveEvent<Name extends TopicName> = {
  [Type in Kinds[KindOf<Name>]]: Omit<EventFrame, "type" | "data"> & { type: Type; data: LiveEvents[Type] };
}[Kinds[KindOf<Name>]];

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
