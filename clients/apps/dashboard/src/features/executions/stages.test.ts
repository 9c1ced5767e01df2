import type { Execution } from "@caerus/api/types";
import { expect, test } from "vitest";

import { stageOf, stagesOf } from "./stages";

const base = {
  kind: "open",
  status: "placed",
  broker_ticket: "77",
  fill_price: null,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:05:00Z",
} as Execution;
const filled = { ...base, fill_price: "2345.10", fill_volume: "0.1" };

test.each<[string, Partial<Execution>, string, string[]]>([
  ["accepted", base, "Placed", ["Placed", "Waiting for a fill"]],
  ["filled", filled, "Filled", ["Placed", "Filled"]],
  ["won", { ...filled, status: "closed", close_price: "2350" }, "Closed", ["Placed", "Filled", "Closed"]],
  ["ran out unfilled", { ...base, status: "closed", close_reason: "expired" }, "Closed", ["Placed", "Closed"]],
  ["failed", { ...base, status: "failed", error: "no money" }, "Failed", ["Failed"]],
  ["unknown", { ...base, status: "unknown" }, "Unknown", ["Unknown"]],
  ["withdrawn", { ...base, kind: "cancel", status: "closed" }, "Withdrawn", ["Withdrawn"]],
  ["too late to withdraw", { ...base, kind: "cancel", status: "refused" }, "Refused", ["Refused"]],
])("an order that %s", (_name, execution, stage, names) => {
  expect(stageOf(execution as Execution)).toBe(stage);
  expect(stagesOf(execution as Execution).map((each) => each.name)).toEqual(names);
});

test("the close says price and reason", () => {
  const closed = { ...filled, status: "closed", close_price: "2330", close_reason: "stop_loss" } as Execution;
  expect(stagesOf(closed).at(-1)).toMatchObject({ note: "at 2330.00 · Stop loss", at: base.updated_at });
});

test("a failure shows the broker's reason", () => {
  expect(stagesOf({ ...base, status: "failed", error: "no money" })[0]).toMatchObject({ tone: "bad", note: "no money" });
});
