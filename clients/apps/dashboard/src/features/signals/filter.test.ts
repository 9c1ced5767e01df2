import type { Signal } from "@caerus/api/types";
import { expect, test } from "vitest";

import { visible } from "./filter";
import type { Show } from "./filter";

const made = (id: string, minute: number, my_decision: Signal["my_decision"], side: Signal["side"] = "buy") =>
  ({ id, side, my_decision, instrument: "XAUUSD", strategy: "fib_rsi", created_at: `2026-01-01T00:0${minute}:00Z` }) as Signal;
const signals = [made("a", 1, null), made("b", 3, "approved"), made("c", 2, null, "sell")];

test.each<[Show, string, string[]]>([
  ["all", "", ["b", "c", "a"]],
  ["waiting", "", ["c", "a"]],
  ["decided", "", ["b"]],
  ["all", "xau SELL", ["c"]],
  ["all", "fib eurusd", []],
])("%s with search %j shows %j", (show, search, ids) => {
  expect(visible(signals, show, search).map((signal) => signal.id)).toEqual(ids);
});
