/** The one table from what the stream says to what is kept. */
import type { EventFrame } from "@caerus/api/frames";
import type { ClosureStep, LiveEvents, SharedSignal } from "@caerus/api/topics";
import type { ApprovalPage, CandlePage, ExecutionPage, Signal, SignalPage, TradingStatus } from "@caerus/api/types";
import type { QueryClient, QueryKey } from "@tanstack/react-query";

import { mergeSignal, withApproval, withCandle, withDecision, withExecution, withOpenSignal, withoutSignal, withQuote } from "./cache";
import type { KeptMarket } from "./cache";
import { stuck, withoutClosure, withStep } from "./closings";
import type { Closings } from "./closings";
import { withGuarded } from "./guards";
import type { Guards } from "./guards";
import { keys } from "./keys";

/** `at`: when the hub told it, by its clock. */
type Handler<Data> = (client: QueryClient, data: Data, at: string) => void;
/** What no page shows. */
type Unshown = `${"trade" | "deputy" | "policy"}.${string}` | "approval.voted";
type Shown = Exclude<keyof LiveEvents, Unshown>;
type Table = { [Type in Shown]: Handler<LiveEvents[Type]> };

/** Change what is kept; an answer under way may be older than the event, so it is asked for anew. */
function change<Kept>(client: QueryClient, key: QueryKey, update: (kept: Kept) => Kept): void {
  client.setQueryData<Kept>(key, (kept) => (kept === undefined ? kept : update(kept)));
  if (client.isFetching({ queryKey: key, exact: true }) > 0) void client.invalidateQueries({ queryKey: key, exact: true });
}

const created: Handler<SharedSignal> = (client, signal) => {
  change<SignalPage>(client, keys.openSignals, (page) => withOpenSignal(page, signal));
  change<Signal>(client, keys.signal(signal.id), (kept) => mergeSignal(kept, signal));
};

const ended: Handler<SharedSignal> = (client, signal) => {
  change<SignalPage>(client, keys.openSignals, (page) => withoutSignal(page, signal.id));
  change<Signal>(client, keys.signal(signal.id), (kept) => mergeSignal(kept, signal));
};

const executed: Handler<LiveEvents["execution.closed"]> = (client, execution) => {
  change<ExecutionPage>(client, keys.executions, (page) => withExecution(page, execution));
};

const proven: Handler<LiveEvents["account.verified"]> = (client) => {
  void client.invalidateQueries({ queryKey: keys.accounts });
};

const toldOfDevice: Handler<LiveEvents["device.heard"]> = (client) => {
  void client.invalidateQueries({ queryKey: keys.devices });
};

/** An account is asked for whole: what its terminal allows is not in the event. One answer is enough for both events of a look. */
const looked: Handler<{ account_id: string }> = (client, { account_id }) => {
  void client.invalidateQueries({ queryKey: keys.liveAccount(account_id) }, { cancelRefetch: false });
};

/** An event of copying says what happened, not how it stands. */
const copied = (client: QueryClient): void => {
  void client.invalidateQueries({ queryKey: keys.copying });
};

/** What stops trading stops copying. */
const trading: Handler<TradingStatus> = (client, status) => {
  change<TradingStatus>(client, keys.trading, () => status);
  copied(client);
};

/** Everybody's switch does not say how a person's trading stands. */
const switched = (client: QueryClient): void => {
  void client.invalidateQueries({ queryKey: keys.trading });
  copied(client);
};

const certified: Handler<LiveEvents["preflight.issued"]> = (client, { account_id }) => {
  void client.invalidateQueries({ queryKey: keys.preflight(account_id) });
};

const closing: Handler<ClosureStep> = (client, step) => change<Closings>(client, keys.closures, (kept) => withStep(kept, step));

const table: Table = {
  "signal.created": created,
  "signal.cancelled": ended,
  "signal.expired": ended,
  "approval.decided": (client, approval) => {
    const { signal_id, decision } = approval;
    change<SignalPage>(client, keys.openSignals, (page) => withDecision(page, signal_id, decision));
    change<Signal>(client, keys.signal(signal_id), (kept) => ({ ...kept, my_decision: decision }));
    change<ApprovalPage>(client, keys.approvals, (page) => withApproval(page, approval));
  },
  "execution.acknowledged": executed,
  "execution.filled": executed,
  "execution.closed": executed,
  "candle.closed": (client, { symbol, timeframe, ...candle }) => {
    change<CandlePage>(client, keys.candles(symbol, timeframe), (page) => withCandle(page, candle));
  },
  "quote.changed": (client, quote, at) => {
    change<KeptMarket>(client, keys.quote(quote.symbol), (kept) => withQuote(kept, quote, at, Date.now()));
  },
  "account.verified": proven,
  "account.lost": proven,
  "device.silent": toldOfDevice,
  "device.heard": toldOfDevice,
  "positions.changed": looked,
  "equity.changed": looked,
  "trading.paused": trading,
  "trading.resumed": trading,
  "trading.size_changed": trading,
  "risk.kill_switch_on": switched,
  "risk.kill_switch_off": switched,
  "account.guarded": (client, guarded) => change<Guards>(client, keys.guards, (guards) => withGuarded(guards, guarded)),
  "closure.warned": closing,
  "closure.stuck": (client, step, at) => closing(client, stuck(step), at),
  "closure.closed": (client, { closure_id }) => change<Closings>(client, keys.closures, (kept) => withoutClosure(kept, closure_id)),
  "preflight.issued": certified,
  "preflight.lost": certified,
  "preflight.warned": certified,
  "copy.enabled": copied,
  "copy.disabled": copied,
  "copy.tightened": copied,
  "copy.suspended": copied,
  "copy.placed": copied,
  "copy.kept_out": copied,
  "copy.blocked": copied,
};

function known(type: string): type is Shown {
  return Object.hasOwn(table, type);
}

export function applyEvent(client: QueryClient, { type, data, at }: EventFrame): void {
  if (known(type)) (table[type] as Handler<unknown>)(client, data, at);
}
