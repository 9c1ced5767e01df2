import { readFileSync } from "node:fs";
import { expect, expectTypeOf, test } from "vitest";

import type { Live } from "./live";
import type { components } from "./schema";
import { KINDS } from "./topics";
import type { LiveEvent, LiveEvents, SharedSignal, TopicName } from "./topics";
import type { Account, Approval, Execution, Money, Position, TradingStatus } from "./types";

type Schemas = components["schemas"];

/** `tests/client/test_topics.py` holds the same file to what the hub declares. */
test("every topic that the hub has is here, with its events and what they carry", () => {
  const file = new URL("../../../conformance/topics.json", import.meta.url);
  expect(KINDS).toEqual(JSON.parse(readFileSync(file, "utf8")));
});


test("a topic's name says what its events carry", () => {
  expectTypeOf<LiveEvent<"signals">["data"]>().toEqualTypeOf<SharedSignal>();
  expectTypeOf<LiveEvent<"approvals:u1">["data"]>().toEqualTypeOf<Approval>();
  expectTypeOf<LiveEvent<"executions:u1">["type"]>().toEqualTypeOf<"execution.acknowledged" | "execution.filled" | "execution.closed">();
  expectTypeOf<LiveEvent<"executions:u1">["data"]>().toEqualTypeOf<Execution>();
  expectTypeOf<LiveEvent<"accounts:u1">["data"]>().toEqualTypeOf<Account>();
  expectTypeOf<LiveEvent<"positions:u1">["data"]["opened"]>().toEqualTypeOf<Position[]>();
  expectTypeOf<LiveEvent<"equity:u1">["data"]["equity"]>().toEqualTypeOf<Money>();
  expectTypeOf<LiveEvent<"risk">["type"]>().toEqualTypeOf<"risk.kill_switch_on" | "risk.kill_switch_off">();
  expectTypeOf<LiveEvent<"guards:u1">["data"]["outcome"]>().toEqualTypeOf<"ok" | "block" | "unknown" | "liquidate">();
  expectTypeOf<LiveEvent<"risk">["data"]>().toEqualTypeOf<Schemas["KillSwitched"]>();
  expectTypeOf<LiveEvent<"trading:u1">["data"]>().toEqualTypeOf<TradingStatus>();
  expectTypeOf<LiveEvents["risk.kill_switch_on"]>().toEqualTypeOf<Schemas["KillSwitched"] | TradingStatus>();
  expectTypeOf<LiveEvent<"closures:u1">["type"]>().toEqualTypeOf<"closure.warned" | "closure.stuck" | "closure.closed">();
  expectTypeOf<LiveEvent<"closures:u1">["data"]["due_at"]>().toEqualTypeOf<string>();
  expectTypeOf<LiveEvent<"trades:u1">["data"]["net"]>().toEqualTypeOf<Schemas["hub.trading.trades.models.Money"]>();
  expectTypeOf<LiveEvent<"votes:u1">["data"]>().toEqualTypeOf<Schemas["Tally"]>();
  expectTypeOf<LiveEvent<"policies:u1">["data"]>().toEqualTypeOf<Schemas["Policy"]>();
  expectTypeOf<LiveEvent<"deputies:u1">["data"]>().toEqualTypeOf<Schemas["Deputy"]>();
  expectTypeOf<LiveEvent<"copying_alerts">["type"]>().toEqualTypeOf<"copy.blocked" | "copy.suspended">();
  expectTypeOf<LiveEvent<"copying:u1">["data"]["reason"]>().toEqualTypeOf<string | null>();
  expectTypeOf<LiveEvent<"candles:XAUUSD">["data"]["close"]>().toEqualTypeOf<string>();
  expectTypeOf<LiveEvent<"quotes:XAUUSD">["data"]["bid"]>().toEqualTypeOf<string>();
});

test("a topic that nobody declared is no name", () => {
  expectTypeOf<"signal">().not.toExtend<TopicName>();
  expectTypeOf<"risk:u1">().not.toExtend<TopicName>();
  expectTypeOf<"executions">().not.toExtend<TopicName>();
  expectTypeOf<Live["subscribe"]>().parameter(0).toExtend<TopicName>();
});
