import { StreamClosed } from "@caerus/api/closing";
import type { Connection } from "@caerus/api/status";
import { expect, test } from "vitest";

import { standing } from "./standing";

const T0 = Date.UTC(2026, 0, 1, 12);

function offline(nextAttemptAt: number, atHubsWish = false): Connection {
  return { state: "offline", since: T0, nextAttemptAt, atHubsWish };
}


test.each<[string, Connection, number, string, string | null, boolean]>([
  ["an attempt", { state: "connecting" }, T0, "connecting", null, false],
  ["a connection", { state: "live" }, T0, "live", null, false],
  ["a break that is being repaired", offline(T0 + 400), T0, "reconnecting", null, false],
  ["a long break", offline(T0 + 65_200), T0 + 60_000, "offline", "since 12:00:00, next try in 6 s", true],
  ["a long pause that the hub asked for", offline(T0 + 45_000, true), T0, "offline", "since 12:00:00, the hub asked for a pause, next try in 45 s", false],
  ["an attempt that is overdue", offline(T0 + 60_000), T0 + 61_000, "offline", "since 12:00:00, next try in 0 s", true],
  ["an end", { state: "ended", reason: "stopped" }, T0, "offline", null, true],
  [
    "an end that is our fault",
    { state: "ended", reason: "refused", error: new StreamClosed(4002) },
    T0,
    "offline",
    "A message of this page is not of the hub's protocol.",
    true,
  ],
])("%s", (_, connection, now, word, note, canTry) => {
  const clock = (time: string) => time.slice(11, 19);
  expect(standing({ ...connection, lastEventAt: null }, now, clock)).toEqual({ word, note, canTry });
});
