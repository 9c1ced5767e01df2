import { expect, test } from "vitest";

import { createApi, unwrap } from "./client";
import { fieldError, kindOf, ProblemError, retryAt } from "./problem";
import { Session } from "./session";

type Handler = (request: Request) => Response | Promise<Response>;

function token(name: string, refresh_token: string | null = null): Response {
  return Response.json({ access_token: name, token_type: "Bearer", expires_in: 900, refresh_token });
}

function problem(status: number, title: string, kind = "unauthenticated"): Response {
  return Response.json({ type: `/problems/${kind}`, title, status, detail: `${title}.` }, { status });
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

function setUp(routes: Record<string, Handler>, cookie = "caerus_csrf=c1") {
  const { calls, send } = wire(routes);
  const jar = { cookie };
  const session = new Session({ base: "http://hub", fetch: send, locks: undefined, jar });
  return { calls, jar, session, api: createApi(session, { base: "http://hub", fetch: send }) };
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

test("a refused refresh signs out, and says that there was a session", async () => {
  const { session, jar } = setUp({ "/api/v1/auth/refresh": () => problem(401, "No session") });
  await session.resume();
  expect(session.state.get()).toEqual({ phase: "signed-out", ended: true });
  expect(jar.cookie).toBe("caerus_csrf=; path=/; max-age=0");
});

test("where there was no session nobody is asked for one", async () => {
  const { calls, session } = setUp({}, "other=1");
  await session.resume();
  expect(session.state.get()).toEqual({ phase: "signed-out", ended: false });
  expect(calls).toEqual([]);
});

test("refresh and logout repeat the cookie of the moment, sign-in does not", async () => {
  const sent: (string | null)[] = [];
  const seen: Handler = (request) => {
    sent.push(request.headers.get("x-csrf-token"));
    return token("a");
  };
  const { session, jar } = setUp({
    "/api/v1/auth/login": seen,
    "/api/v1/auth/mfa/verify": seen,
    "/api/v1/auth/refresh": seen,
    "/api/v1/auth/logout": seen,
  });
  await session.login("a@b.c", "pw");
  await session.verify("m", "123456");
  await session.refresh();
  jar.cookie = 'a=b; caerus_csrf="c2=="; z=1';
  await session.refresh();
  await session.logout();
  expect(sent).toEqual([null, null, "c1", "c2==", "c2=="]);
  expect(session.state.get()).toEqual({ phase: "signed-out", ended: false });
});

test("an adopted token keeps the refresh token, and tells whose page this is", async () => {
  const claims = btoa(JSON.stringify({ sub: "u1", role: "owner" }));
  const { session } = setUp({
    "/api/v1/auth/login": () => token("a", "r1"),
    "/api/v1/auth/refresh": async (request) => token(await request.text()),
  });
  await session.login("a@b.c", "pw");
  session.adopt({ access_token: `h.${claims}.s`, expires_in: 900 });
  expect(session.state.get()).toMatchObject({ whose: "u1 owner", role: "owner" });
  await session.refresh();
  expect(session.token).toBe('{"refresh_token":"r1"}');
});

test("a wrong password or a missing code is not sent again", async () => {
  const { calls, session, api } = setUp({
    "/api/v1/auth/login": () => token("a"),
    "/api/v1/auth/step-up": () => problem(401, "Code required", "code-required"),
  });
  await session.login("a@b.c", "pw");
  const call = unwrap(api.POST("/api/v1/auth/step-up", { body: { password: "pw" } }));
  await expect(call).rejects.toSatisfy((thrown) => kindOf(thrown) === "code-required");
  expect(calls).toEqual(["/api/v1/auth/login", "/api/v1/auth/step-up"]);
});

test("a hub that fails just now does not sign anybody out", async () => {
  const { session } = setUp({
    "/api/v1/auth/login": () => token("kept"),
    "/api/v1/auth/refresh": () => problem(503, "Restarting", "unavailable"),
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

test("a problem says which value is wrong, and when to come back", () => {
  const errors = [{ pointer: "/password", detail: "Too short." }];
  const thrown = new ProblemError({ title: "T", status: 429, errors, retry_after: 7 });
  expect(fieldError(thrown, "/password")).toBe("Too short.");
  expect(fieldError(thrown, "/email")).toBeUndefined();
  expect(retryAt(thrown)).toBe(thrown.at + 7000);
  expect([kindOf(thrown), kindOf(new Error("x")), retryAt(new Error("x"))]).toEqual([null, null, null]);
});

test("no answer at all is status 0", async () => {
  const send = () => Promise.reject(new TypeError("fetch failed"));
  const session = new Session({ base: "http://hub", fetch: send, locks: undefined });
  await expect(session.login("a@b.c", "pw")).rejects.toMatchObject({ status: 0, passing: true });
});
