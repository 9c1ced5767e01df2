import { StreamClosed } from "@caerus/api/closing";
import type { Connection } from "@caerus/api/status";
import { expect, test } from "vitest";

import { standing } from "./standing";

const T0 = Date.UTC(2026, 0, 1, 12);
const offline = (nextAttemptAt: number): Connection => ({ state: "offline", since: T0, nextAttemptAt });

test.each<[string, Connection, number, string, string | null]>([
  ["an attempt", { state: "connecting" }, T0, "connecting", null],
  ["a connection", { state: "live" }, T0, "live", null],
  ["a break that is being repaired", offline(T0 + 400), T0, "reconnecting", null],
  ["a long break", offline(T0 + 65_200), T0 + 60_000, "offline", "since 12:00:00, next try in 6 s"],
  ["a long pause that the hub asked for", offline(T0 + 45_000), T0, "offline", "since 12:00:00, next try in 45 s"],
  ["an attempt that is overdue", offline(T0 + 60_000), T0 + 61_000, "offline", "since 12:00:00, next try in 0 s"],
  ["an end", { state: "ended", reason: "stopped" }, T0, "offline", null],
  [
    "an end that is our fault",
    { state: "ended", reason: "refused", error: new StreamClosed(4002) },
    T0,
    "offline",
    "A message of this page is not of the hub's protocol.",
  ],
])("%s", (_, connection, now, word, note) => {
  const clock = (time: string) => time.slice(11, 19);
  expect(standing({ ...connection, lastEventAt: null }, now, clock)).toEqual({ word, note });
});
