/** The wire of the stream, subprotocol `caerus.v1.json`. */
import type { Problem } from "./problem";

export const SUBPROTOCOL = "caerus.v1.json";

/** Close codes. After all but PROTOCOL a client comes back and resumes; UNAUTHENTICATED needs a new token first. */
export const CLOSE = {
  GOING_AWAY: 1001,
  RESTARTING: 1012,
  UNAUTHENTICATED: 4001,
  PROTOCOL: 4002,
  TOO_SLOW: 4003,
  OUT_OF_STEP: 4004,
} as const;

/** A place in a topic's history: what `since` resumes from. */
export interface Cursor {
  epoch: string;
  offset: number;
}

export type Sent =
  | { op: "auth"; token: string }
  | { op: "sub"; id: number; topic: string; since?: Cursor }
  | { op: "unsub"; id: number; topic: string }
  | { op: "ping" };

export interface EventFrame {
  op: "event";
  topic: string;
  offset: number;
  type: string;
  at: string;
  data: unknown;
}

export interface SubFrame extends Cursor {
  op: "sub";
  id: number;
  topic: string;
  recovered: boolean;
}

export type Received =
  | { op: "ready"; session: string; heartbeat: number }
  | SubFrame
  | EventFrame
  | { op: "error"; id?: number; problem: Problem }
  | { op: "pong" };

/** The frame in a message, or null when it is not one. */
export function parseFrame(text: unknown): Received | null {
  try {
    const frame: unknown = JSON.parse(String(text));
    return typeof frame === "object" && frame !== null && "op" in frame ? (frame as Received) : null;
  } catch {
    return null;
  }
}
