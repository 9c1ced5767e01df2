import { expect, test } from "vitest";

import { path } from "./qr";

const URI = "otpauth://totp/caerus:ann%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=caerus";

/** Which modules of the drawing are dark. */
function drawn(d: string): Set<string> {
  return new Set([...d.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x},${y}`));
}

test("a code has its three finders and a white margin", () => {
  const { size, d } = path(URI);
  const dark = drawn(d);
  for (const [left, top] of [[4, 4], [size - 11, 4], [4, size - 11]] as const) {
    const row = Array.from({ length: 7 }, (_, at) => dark.has(`${left + at},${top}`));
    const second = Array.from({ length: 7 }, (_, at) => dark.has(`${left + at},${top + 1}`));
    expect(row).toEqual([true, true, true, true, true, true, true]);
    expect(second).toEqual([true, false, false, false, false, false, true]);
  }
  const places = [...dark].flatMap((place) => place.split(",").map(Number));
  expect([Math.min(...places), Math.max(...places)]).toEqual([4, size - 5]);
});

test("another text is another code", () => {
  expect(path(URI).d).not.toBe(path(URI.replace("ann", "bob")).d);
});
