import { expectTypeOf, test } from "vitest";

import type { Live } from "./live";
import type { LiveEvent, SharedSignal, TopicName } from "./topics";
import type { Account, Approval, Execution, Money, Position } from "./types";

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
