import { expect, test } from "vitest";

import type { Line } from "./prose";
import { blocksOf } from "./prose";

const said = ({ pieces }: Line) => pieces.map(({ text, strong }) => (strong ? text.toUpperCase() : text)).join("");

/** As it is shown, bold in capitals. */
function shown(text: string) {
  return blocksOf(text).map(({ kind, lines }) => [kind, lines.map(said)]);
}

test("headings, paragraphs over several lines, and numbered lists", () => {
  const text = "# What you agree to\n\nI ask\nthis.\n\n1. **I can lose.** All\n   of it.\n2. Things **fail**.\n";
  expect(shown(text)).toEqual([
    ["heading", ["What you agree to"]],
    ["paragraph", ["I ask this."]],
    ["list", ["I CAN LOSE. All of it.", "Things FAIL."]],
  ]);
});

test.each(["# not alone\nas a line", "a ** b", "<b>no markup</b>", "* a\n* b"])("what is not known stays as it is written: %j", (text) => {
  expect(shown(text)).toEqual([["paragraph", [text.replaceAll("\n", " ")]]]);
});

test("nothing has no blocks", () => {
  expect(blocksOf(" \n\n ")).toEqual([]);
});
