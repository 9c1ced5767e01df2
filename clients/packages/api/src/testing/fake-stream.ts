/** A real WebSocket server on loopback that speaks the stream as far as a script tells it to. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { WebSocket as Socket } from "ws";

import type { Sent } from "../frames";

/** A queue whose reader waits for what is not there yet. */
class Inbox<Item> {
  readonly #items: Item[] = [];
  readonly #waiting: ((item: Item) => void)[] = [];

  get size(): number {
    return this.#items.length;
  }

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

/** One accepted socket, seen from the hub. */
export class Peer {
  readonly inbox = new Inbox<Sent>();
  readonly gone: Promise<unknown>;
  lastId: unknown;
  readonly #socket: Socket;
  readonly #line: Duplex;

  constructor(socket: Socket, line: Duplex) {
    this.#socket = socket;
    this.#line = line;
    this.gone = once(socket, "close");
    socket.on("message", (text) => this.inbox.put(JSON.parse(String(text)) as Sent));
  }

  send(frame: object): void {
    this.raw(JSON.stringify(frame));
  }

  raw(text: string): void {
    this.#socket.send(text);
  }

  event(topic: string, offset: number): void {
    this.send({ op: "event", topic, offset, type: "signal.created", at: `2026-01-01T00:00:0${offset % 10}Z`, data: { n: offset } });
  }

  /** Close with any code, also with those that a library keeps for itself. */
  close(code: number): void {
    this.#line.write(Buffer.from([0x88, 2, code >> 8, code & 0xff]));
  }

  drop(): void {
    this.#socket.terminate();
  }

  /** Until the client has taken everything that was sent before. */
  async fence(): Promise<void> {
    const ponged = once(this.#socket, "pong");
    this.#socket.ping();
    await ponged;
  }
}

/** A connection that waits to be let in. */
export class Knock {
  readonly address: string | undefined;
  readonly offered: string | undefined;
  readonly #server: WebSocketServer;
  readonly #request: IncomingMessage;
  readonly #socket: Duplex;
  readonly #head: Buffer;

  constructor(server: WebSocketServer, request: IncomingMessage, socket: Duplex, head: Buffer) {
    this.address = request.url;
    this.offered = request.headers["sec-websocket-protocol"];
    this.#server = server;
    this.#request = request;
    this.#socket = socket;
    this.#head = head;
  }

  accept(): Promise<Peer> {
    return new Promise((resolve) => {
      this.#server.handleUpgrade(this.#request, this.#socket, this.#head, (socket) => resolve(new Peer(socket, this.#socket)));
    });
  }

  refuse(status: number): void {
    this.#socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  }
}

export class FakeStream {
  readonly knocks = new Inbox<Knock>();
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #server: Server = createServer();

  static async open(): Promise<FakeStream> {
    const stream = new FakeStream();
    stream.#server.on("upgrade", (request, socket, head) => {
      stream.knocks.put(new Knock(stream.#sockets, request, socket, head));
    });
    stream.#server.listen(0, "127.0.0.1");
    await once(stream.#server, "listening");
    return stream;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/ws`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
