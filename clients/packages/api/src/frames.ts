/** The wire of the stream, subprotocol `caerus.v1.json`. */
import type { Problem } from "./problem";

export const SUBPROTOCOL = "caerus.v1.json";

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

export interface ErrorFrame {
  op: "error";
  id?: number;
  problem: Problem;
}

export type Received =
  | { op: "ready"; session: string; heartbeat: number }
  | SubFrame
  | EventFrame
  | ErrorFrame
  | { op: "unsub" }
  | { op: "pong" };

type Kind = "string" | "number" | "boolean" | "object";
const FIELDS: Record<Received["op"], Record<string, Kind>> = {
  ready: { heartbeat: "number" },
  sub: { topic: "string", epoch: "string", offset: "number", recovered: "boolean" },
  event: { topic: "string", offset: "number", type: "string", at: "string" },
  error: { problem: "object" },
  unsub: {},
  pong: {},
};

/**
 * The frame in a message: "garbage" when it is none, null when its `op` is not one we know, as a newer hub may
 * send. Fields we do not know are left alone.
 */
export function parseFrame(message: unknown): Received | null | "garbage" {
  const frame = parsed(message);
  if (typeof frame?.["op"] !== "string") return "garbage";
  if (!Object.hasOwn(FIELDS, frame["op"])) return null;
  const fields = Object.entries(FIELDS[frame["op"] as Received["op"]]);
  return fields.every(([name, kind]) => typeof frame[name] === kind && frame[name] !== null) ? (frame as unknown as Received) : "garbage";
}

function parsed(message: unknown): Record<string, unknown> | null {
  try {
    const frame: unknown = typeof message === "string" ? JSON.parse(message) : null;
    return typeof frame === "object" ? (frame as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
