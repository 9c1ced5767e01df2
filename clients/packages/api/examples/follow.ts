/** Follow the signals of a hub: `pnpm --dir clients follow http://127.0.0.1:8000 you@example.com PASSWORD`. */
import { WebSocket as NodeWebSocket } from "ws";

import { createApi, unwrap } from "../src/client";
import { Live } from "../src/live";
import { Session } from "../src/session";
import type { SharedSignal } from "../src/topics";

const [url = "", email = "", password = ""] = process.argv.slice(-3);
// A browser has one, and so has Node 22.
globalThis.WebSocket ??= NodeWebSocket as unknown as typeof WebSocket;
const say = (line: string) => process.stdout.write(`${line}\n`);

const session = new Session({ base: url });
const api = createApi(session, { base: url });
const known = new Map<string, SharedSignal>();

const live = new Live({
  url: `${url.replace(/^http/u, "ws")}/ws`,
  token: () => session.token,
  renew: () => session.refresh(),
});
live.status.subscribe(() => say(`-- ${JSON.stringify(live.status.get())}`));
live.subscribe("signals", {
  // The position is taken: what happens while this loads is not lost, it comes afterwards.
  snapshot: async (signal) => {
    const page = await unwrap(api.GET("/api/v1/signals", { params: { query: { status: "open" } }, signal }));
    known.clear();
    for (const each of page.items) known.set(each.id, each);
    say(`${known.size} open signals`);
  },
  event: ({ type, data }) => {
    known.set(data.id, data);
    say(`${type} ${data.id} ${data.side} ${data.instrument} at ${data.entry}`);
  },
});

await session.login(email, password);
live.start();
