import { expect, test } from "vitest";

import { loadAgain, withOlder } from "./paging";
import type { Load } from "./paging";

const items = (...ids: string[]) => ids.map((id) => ({ id }));
const pages: Record<string, { items: { id: string }[]; next_cursor: string | null }> = {
  first: { items: items("f", "e"), next_cursor: "e" },
  e: { items: items("d", "c"), next_cursor: "c" },
  c: { items: items("b"), next_cursor: null },
};
const load: Load<{ id: string }> = async (cursor) => pages[cursor ?? "first"] as (typeof pages)[string];

test("an older page goes behind, and nothing is there twice", () => {
  const kept = { items: items("f", "e", "d"), next_cursor: "d" };
  expect(withOlder(kept, { items: items("d", "c"), next_cursor: "c" })).toEqual({ items: items("f", "e", "d", "c"), next_cursor: "c" });
});

test.each([
  [0, "f e", "e"],
  [2, "f e", "e"],
  [3, "f e d c", "c"],
  [99, "f e d c b", null],
])("with %i kept, %s are loaded", async (held, ids, cursor) => {
  expect(await loadAgain(held, load)).toEqual({ items: items(...ids.split(" ")), next_cursor: cursor });
});
