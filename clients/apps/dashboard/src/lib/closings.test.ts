import type { Closure } from "@caerus/api/types";
import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test } from "vitest";

import { closingsOf, STUCK } from "./closings";
import type { Closings } from "./closings";
import { keys } from "./keys";
import { applyEvent } from "./live-table";

const due_at = "2026-01-01T00:00:10Z";
const closure = (id: string, state: Closure["state"]) => ({ id, account_id: "a", ticket: id, reason: "owner", state, due_at, attempts: 0 }) as Closure;
const step = (closure_id: string, attempts = 0) => ({ closure_id, account_id: "a", ticket: closure_id, reason: "owner", due_at, attempts });

let client: QueryClient;

function say(type: string, data: unknown): void {
  applyEvent(client, { op: "event", topic: "closures:u1", offset: 1, at: "2026-01-01T00:00:00Z", type, data });
}

function kept(): unknown {
  return client.getQueryData<Closings>(keys.closures)?.map((each) => [each.closure_id, each.attempts]);
}

beforeEach(() => {
  client = new QueryClient();
  client.setQueryData(keys.closures, closingsOf([closure("1", "sent"), closure("2", "closed")]));
});

test("what is closed is not among them", () => {
  expect(kept()).toEqual([["1", 0]]);
});

test("events tell of a new one, of one that is stuck, and of its end; each once", () => {
  say("closure.warned", step("3"));
  say("closure.warned", step("3"));
  expect(kept()).toEqual([["3", 0], ["1", 0]]);
  say("closure.stuck", step("1", STUCK - 1));
  expect(kept()).toEqual([["1", STUCK], ["3", 0]]);
  say("closure.closed", step("3"));
  say("closure.closed", step("1", STUCK));
  expect(kept()).toEqual([]);
});

test("before they were loaded there is nothing to change", () => {
  client.clear();
  say("closure.warned", step("3"));
  expect(kept()).toBeUndefined();
});
