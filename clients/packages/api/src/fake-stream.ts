/** A real WebSocket server on loopback that speaks the stream as far as a test tells it to. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { WebSocket as Peer } from "ws";

import { SUBPROTOCOL } from "./frames";
import type { Cursor, Sent } from "./frames";

/** A queue whose reader waits for what is not there yet. */
class Inbox<Item> {
  readonly #items: Item[] = [];
  readonly #waiting: ((item: Item) => void)[] = [];

  put(item: Item): void {
    const reader = this.#waiting.shift();
    if (reader) reader(item);
    else this.#items.push(item);
  }

  take(): Promise<Item> {
    const item = this.#items.shift();
    return item === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(item);
  }
}

export class Peered {
  readonly inbox = new Inbox<Sent>();
  readonly closed: Promise<unknown>;
  readonly #socket: Peer;

  constructor(socket: Peer) {
    this.#socket = socket;
    this.closed = once(socket, "close");
    socket.on("message", (text) => this.inbox.put(JSON.parse(String(text)) as Sent));
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify(frame));
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** The next frame, which must have this `op`. */
  async expect<Op extends Sent["op"]>(op: Op): Promise<Extract<Sent, { op: Op }>> {
    const frame = await this.inbox.take();
    if (frame.op !== op) throw new Error(`expected ${op}, got ${JSON.stringify(frame)}`);
    return frame as Extract<Sent, { op: Op }>;
  }

  async greet(heartbeat = 30): Promise<string> {
    const { token } = await this.expect("auth");
    this.send({ op: "ready", session: "s1", heartbeat });
    return token;
  }

  /** Answer the next subscribe; returns what was asked. */
  async admit(answer: Cursor & { recovered: boolean }): Promise<Extract<Sent, { op: "sub" }>> {
    const asked = await this.expect("sub");
    this.send({ op: "sub", id: asked.id, topic: asked.topic, ...answer });
    return asked;
  }

  event(topic: string, offset: number, data: unknown = offset): void {
    this.send({ op: "event", topic, offset, type: "signal.created", at: `2026-01-01T00:00:0${offset % 10}Z`, data });
  }
}

export class FakeStream {
  readonly connections = new Inbox<Peered>();
  readonly #server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on("connection", (socket) => this.connections.put(new Peered(socket)));
  }

  static async open(): Promise<FakeStream> {
    const handleProtocols = (offered: Set<string>) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false);
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols });
    await once(server, "listening");
    return new FakeStream(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws`;
  }

  async close(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
