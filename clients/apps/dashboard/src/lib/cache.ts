/** Pure changes to what is kept: a page or item before, and what became known, to what is after. */
import type {
  ApprovalPage,
  Approval,
  Candle,
  CandlePage,
  Decision,
  Execution,
  ExecutionPage,
  NewestQuote,
  Quotes,
  Signal,
  SignalPage,
} from "@caerus/api/types";
import type { Quote, SharedSignal } from "@caerus/api/topics";

type Page<Item> = { items: Item[] };
/** The newest of its symbol. `ahead`: milliseconds that our clock is ahead of the hub's, and those of the way here. */
export interface KeptQuote extends Quote {
  stale: boolean;
  ahead: number;
}

/** What is known of a symbol's market. `quote` null: nobody has quoted it. `freshMs`: a quote is stale from that age on. */
export interface KeptMarket {
  quote: KeptQuote | null;
  freshMs: number;
}

const MOST_CANDLES = 1000;

/** Replace the item with the same id, or put it first. */
function upsert<Item extends { id: string }, Kept extends Page<Item>>(page: Kept, item: Item): Kept {
  const known = page.items.some((each) => each.id === item.id);
  const items = known ? page.items.map((each) => (each.id === item.id ? item : each)) : [item, ...page.items];
  return { ...page, items };
}

/** The newer facts of a signal; events do not know what this user decided. */
export function mergeSignal(before: Signal | undefined, now: SharedSignal): Signal {
  return { ...now, my_decision: before?.my_decision ?? null };
}

export function withOpenSignal(page: SignalPage, signal: SharedSignal): SignalPage {
  return upsert(page, mergeSignal(find(page, signal.id), signal));
}

export function withoutSignal(page: SignalPage, id: string): SignalPage {
  return { ...page, items: page.items.filter((each) => each.id !== id) };
}

export function withDecision(page: SignalPage, id: string, decision: Decision | null): SignalPage {
  return { ...page, items: page.items.map((each) => (each.id === id ? { ...each, my_decision: decision } : each)) };
}

export function withApproval(page: ApprovalPage, approval: Approval): ApprovalPage {
  return upsert(page, approval);
}

export function withExecution(page: ExecutionPage, execution: Execution): ExecutionPage {
  return upsert(page, execution);
}

/** Append a closed candle, or correct the one at its time; candles are oldest first. */
export function withCandle(page: CandlePage, candle: Candle): CandlePage {
  const earlier = page.items.filter((each) => Date.parse(each.time) < Date.parse(candle.time));
  const later = page.items.filter((each) => Date.parse(each.time) > Date.parse(candle.time));
  const most = Math.max(MOST_CANDLES, page.items.length);
  return { ...page, items: [...earlier, candle, ...later].slice(-most) };
}

/** Put candles before the oldest that is kept. */
export function withOlderCandles(page: CandlePage, older: CandlePage): CandlePage {
  const first = page.items[0];
  const before = first ? older.items.filter((each) => Date.parse(each.time) < Date.parse(first.time)) : older.items;
  return { ...page, items: [...before, ...page.items] };
}

/** The hub's answer for one symbol, `now` by our clock. */
export function keptMarket({ items: [quote], fresh_seconds }: Quotes, now: number): KeptMarket {
  return { quote: quote ? keptQuote(quote, now) : null, freshMs: fresh_seconds * 1000 };
}

function keptQuote({ symbol, source, time, bid, ask, stale, age_seconds }: NewestQuote, now: number): KeptQuote {
  return { symbol, source, time, bid, ask, stale, ahead: now - Date.parse(time) - age_seconds * 1000 };
}

/** A market with what the hub told `at`, by its clock. */
export function withQuote({ quote, freshMs }: KeptMarket, told: Quote, at: string, now: number): KeptMarket {
  return { quote: newer(quote, told, at, now), freshMs };
}

/**
 * The newer of what is kept and of what the hub told `at`, by its clock. After a break it
 * comes late: the quickest way that is known tells how late.
 */
function newer(kept: KeptQuote | null, quote: Quote, at: string, now: number): KeptQuote {
  const ahead = Math.min(kept?.ahead ?? Infinity, now - Date.parse(at));
  if (kept && Date.parse(kept.time) > Date.parse(quote.time)) return { ...kept, ahead };
  return { ...quote, stale: false, ahead };
}

export function find<Item extends { id: string }>(page: Page<Item> | undefined, id: string): Item | undefined {
  return page?.items.find((each) => each.id === id);
}
