/** What to do when a connection ends, by the code it ended with. */

/** Come back with full jitter; after a long pause; with a new token; or not at all. */
export type After = "retry" | "rest" | "renew" | "stop";

export const UNAUTHENTICATED = 4001;
/** A cut line: the code that no hub sends. */
export const CUT = 1006;

const OUR_FAULT: Record<number, string> = {
  1002: "The hub could not read a frame of this page.",
  1007: "The hub got text that is not UTF-8.",
  1008: "The hub refused this page's origin or its subprotocol.",
  1009: "A message of this page was too large.",
  4002: "A message of this page is not of the hub's protocol.",
};

const AFTER: Record<number, After> = { [UNAUTHENTICATED]: "renew", 4005: "rest" };

/** Whatever is not ours to mend passes. */
export function afterClose(code: number): After {
  return code in OUR_FAULT ? "stop" : (AFTER[code] ?? "retry");
}

/** The hub ended the stream for a reason that coming back would not mend. */
export class StreamClosed extends Error {
  override readonly name = "StreamClosed";
  readonly code: number;

  constructor(code: number) {
    super(OUR_FAULT[code] ?? `The hub closed the stream with ${code}.`);
    this.code = code;
  }
}
