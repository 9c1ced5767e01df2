import { expect, test } from "vitest";

import { Ticket } from "./ticket";

function tab(cookie: string) {
  const kept = new Map<string, string>();
  const notes = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
  return { jar: { cookie }, notes, kept };
}

test("a page that is loaded while the one before it refreshes waits for that answer", async () => {
  const { jar, notes } = tab("caerus_csrf=first-1-value-1");
  expect(await new Ticket(jar, notes).take()).toBe("first-1-value-1");
  const next = new Ticket(jar, notes).take();
  const early = await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 100, "waits"))]);
  expect(early).toBe("waits");
  jar.cookie = "caerus_csrf=second-2-value-2";
  expect(await next).toBe("second-2-value-2");
});

test("a page that had no answer tries again without waiting", async () => {
  const { jar, notes } = tab("caerus_csrf=first-1-value-1");
  const ticket = new Ticket(jar, notes);
  await ticket.take();
  const early = await Promise.race([ticket.take(), new Promise((resolve) => setTimeout(resolve, 100, "waits"))]);
  expect(early).toBe("first-1-value-1");
});

test("after an answer the next page does not wait", async () => {
  const { jar, notes } = tab("caerus_csrf=first-1-value-1");
  await new Ticket(jar, notes).take();
  jar.cookie = "caerus_csrf=second-2-value-2";
  const next = new Ticket(jar, notes).take();
  const early = await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 100, "waits"))]);
  expect(early).toBe("second-2-value-2");
});

test("what is noted in the tab is not the value", async () => {
  const { jar, notes, kept } = tab("caerus_csrf=first-1-value-1");
  await new Ticket(jar, notes).take();
  expect([...kept.values()].join()).toMatch(/^alue-1\.\w+$/);
});

test.each([
  ["", null],
  ["caerus_csrf=", null],
  ["not_caerus_csrf=x", null],
  ["a=1; caerus_csrf=x=; b=2", "x="],
])("in %j it is %j", (cookie, value) => {
  expect(new Ticket({ cookie }, undefined).value).toBe(value);
});
