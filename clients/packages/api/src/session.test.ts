import { expect, test } from "vitest";

import { createApi, unwrap } from "./client";
import { ProblemError } from "./problem";
import { Session } from "./session";

type Handler = (request: Request) => Response | Promise<Response>;

function token(name: string, refresh_token: string | null = null): Response {
  return Response.json({ access_token: name, token_type: "Bearer", expires_in: 900, refresh_token });
}

function problem(status: number, title: string): Response {
  return Response.json({ title, status, detail: `${title}.` }, { status });
}

/** A wire that answers by path and remembers what was asked. */
function wire(routes: Record<string, Handler>) {
  const calls: string[] = [];
  const send: typeof fetch = (input, init) => {
    const request = input instanceof Request ? input : new Request(new URL(String(input), "http://hub"), init);
    const path = new URL(request.url).pathname;
    calls.push(path);
    return Promise.resolve(routes[path]?.(request) ?? problem(404, "Not found"));
  };
  return { calls, send };
}

function setUp(routes: Record<string, Handler>) {
  const { calls, send } = wire(routes);
  const session = new Session({ base: "http://hub", fetch: send, locks: undefined });
  return { calls, session, api: createApi(session, { base: "http://hub", fetch: send }) };
}

const onlyWith = (name: string): Handler => (request) =>
  request.headers.get("authorization") === `Bearer ${name}` ? Response.json({ version: "1", text: "t" }) : problem(401, "Expired");

test("calls that meet an expired token refresh once and are sent again", async () => {
  const { calls, session, api } = setUp({
    "/api/v1/auth/login": () => token("old"),
    "/api/v1/auth/refresh": () => token("new"),
    "/api/v1/consent": onlyWith("new"),
  });
  await session.login("a@b.c", "pw");
  const answers = await Promise.all([1, 2, 3].map(() => unwrap(api.GET("/api/v1/consent"))));
  expect(answers.map((answer) => answer.version)).toEqual(["1", "1", "1"]);
  expect(calls.filter((path) => path.endsWith("refresh"))).toHaveLength(1);
});

test("a body is sent whole the second time too", async () => {
  const bodies: unknown[] = [];
  const { session, api } = setUp({
    "/api/v1/auth/login": () => token("old"),
    "/api/v1/auth/refresh": () => token("new"),
    "/api/v1/approve": async (request) => {
      bodies.push(await request.json());
      return bodies.length === 1 ? problem(401, "Expired") : Response.json({ id: "a1" }, { status: 201 });
    },
  });
  await session.login("a@b.c", "pw");
  const body = { signal_id: "s", decision: "approved" as const, consent_version: "1" };
  await unwrap(api.POST("/api/v1/approve", { body }));
  expect(bodies).toEqual([body, body]);
});

test("without a cookie the refresh token of the last answer is spent", async () => {
  const spent: unknown[] = [];
  const { session } = setUp({
    "/api/v1/auth/login": () => token("a", "r1"),
    "/api/v1/auth/refresh": async (request) => {
      spent.push(await request.json());
      return token("b", spent.length === 1 ? "r2" : null);
    },
  });
  await session.login("a@b.c", "pw");
  await session.refresh();
  await session.refresh();
  await session.refresh();
  expect(spent).toEqual([{ refresh_token: "r1" }, { refresh_token: "r2" }, {}]);
});

test("a refused refresh signs out", async () => {
  const { session } = setUp({ "/api/v1/auth/refresh": () => problem(401, "No session") });
  await session.resume();
  expect(session.state.get()).toEqual({ phase: "signed-out" });
});

test("a hub that fails just now does not sign anybody out", async () => {
  const { session } = setUp({
    "/api/v1/auth/login": () => token("kept"),
    "/api/v1/auth/refresh": () => problem(503, "Restarting"),
  });
  await session.login("a@b.c", "pw");
  await expect(session.refresh()).rejects.toThrow("Restarting.");
  expect(session.token).toBe("kept");
});

test("a problem keeps its title, detail and extras", async () => {
  const { api } = setUp({
    "/api/v1/approve": () =>
      Response.json({ title: "Already decided", status: 409, detail: "You rejected it.", decision: "rejected" }, { status: 409 }),
  });
  const body = { signal_id: "s", decision: "approved" as const, consent_version: "1" };
  const failure = await unwrap(api.POST("/api/v1/approve", { body })).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(ProblemError);
  expect((failure as ProblemError).problem).toMatchObject({ title: "Already decided", decision: "rejected" });
});

test("no answer at all is status 0", async () => {
  const send = () => Promise.reject(new TypeError("fetch failed"));
  const session = new Session({ base: "http://hub", fetch: send, locks: undefined });
  await expect(session.login("a@b.c", "pw")).rejects.toMatchObject({ status: 0, passing: true });
});
