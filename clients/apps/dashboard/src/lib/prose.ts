/** The hub's texts of several paragraphs: headings, paragraphs, numbered lists, and what is bold. Nothing is left out. */

/** `at` is its place among its like: the same words may come twice. */
export interface Piece {
  at: number;
  text: string;
  strong: boolean;
}
export interface Line {
  at: number;
  pieces: Piece[];
}
export interface Block {
  at: number;
  kind: "heading" | "paragraph" | "list";
  /** One, or the items of a list. */
  lines: Line[];
}

const ITEM = /^\d+\. /;
const HEADING = /^#+ (?=[^\n]*$)/;

export function blocksOf(text: string): Block[] {
  const blocks = text.trim().split(/\n\s*\n/).filter((block) => block !== "");
  return blocks.map((block, at) => blockOf(block.trim(), at));
}

function blockOf(block: string, at: number): Block {
  if (ITEM.test(block)) return { at, kind: "list", lines: block.split(/\n(?=\d+\. )/).map((item, n) => lineOf(item.replace(ITEM, ""), n)) };
  return { at, kind: HEADING.test(block) ? "heading" : "paragraph", lines: [lineOf(block.replace(HEADING, ""))] };
}

function lineOf(text: string, at = 0): Line {
  const parts = text.replace(/\s+/g, " ").split("**");
  // A mark that is never closed is text.
  const closed = parts.length % 2 === 1 ? parts : [parts.join("**")];
  const pieces = closed.map((part, n) => ({ at: n, text: part, strong: n % 2 === 1 }));
  return { at, pieces: pieces.filter((piece) => piece.text !== "") };
}
