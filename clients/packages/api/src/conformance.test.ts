/** `Live` against the suite that the Python client passes too. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { WebSocket as NodeWebSocket } from "ws";

import * as closing from "./closing";
import { Delivery } from "./delivery";
import { Place } from "./place";
import { Renewal } from "./renewal";
import { play } from "./testing/conformance";
import { scenarios } from "./testing/scenarios";

vi.stubGlobal("WebSocket", NodeWebSocket);

const suite = scenarios("typescript");

test("the suite is whole", () => {
  expect(suite.length).toBeGreaterThan(50);
});

test.each(suite)("$name", (scenario) => play(scenario));

/** The negative control: with the protection taken out, the scenario that guards it must fail. */
describe("a broken client fails", () => {
  afterEach(() => void vi.restoreAllMocks());

  async function fails(name: string): Promise<void> {
    const scenario = suite.find((each) => each.name.startsWith(name));
    if (!scenario) throw new Error(`no scenario begins with ${name}`);
    await expect(play(scenario, 500)).rejects.toThrow();
  }

  test("that delivers past a gap", async () => {
    vi.spyOn(Place.prototype, "judge").mockReturnValue("deliver");
    await fails("nothing is delivered past a gap");
  });

  test("that delivers repeats", async () => {
    vi.spyOn(Place.prototype, "judge").mockReturnValue("deliver");
    await fails("duplicates are dropped");
  });

  test("that does not resume", async () => {
    const { ask } = Place.prototype;
    vi.spyOn(Place.prototype, "ask").mockImplementation(function without(this: Place, id) {
      ask.call(this, id);
      return {};
    });
    await fails("after a cut line (1006)");
  });

  test("that does not hold events back while the snapshot loads", async () => {
    vi.spyOn(Delivery.prototype, "push").mockImplementation(function at(this: Delivery, frame) {
      for (const follower of this.followers) follower.event(frame);
    });
    await fails("events that come while the snapshot loads wait for it");
  });

  test("that holds without bound", async () => {
    vi.spyOn(Delivery.prototype, "hasRoom", "get").mockReturnValue(true);
    await fails("more than is held");
  });

  test("that never renews", async () => {
    vi.spyOn(Renewal.prototype, "took").mockReturnValue();
    await fails("a token is renewed before it ends");
  });

  test.each([
    ["never gives up", "after 4002 it stops"],
    ["hurries after 4005", "after 4005"],
    ["keeps a refused token", "4001 gets a new token"],
  ])("that %s", async (_, scenario) => {
    vi.spyOn(closing, "afterClose").mockReturnValue("retry");
    await fails(scenario);
  });
});
