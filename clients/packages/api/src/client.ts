/** Typed calls to the hub: bearer token, one refresh and one retry on 401, problems as errors. */
import createFetchClient from "openapi-fetch";
import type { Client } from "openapi-fetch";

import { isNetworkError, kindOf, problemOf, ProblemError, UNREACHABLE } from "./problem";
import type { paths } from "./schema";
import type { Session } from "./session";

export type Api = Client<paths>;

const ANSWER_WITHIN = 20_000;

type Auth = Pick<Session, "token" | "refresh">;

export interface ApiOptions {
  base?: string;
  fetch?: typeof fetch;
}

export function createApi(session: Auth, options: ApiOptions = {}): Api {
  const send = options.fetch ?? ((input, init) => fetch(input, init));
  return createFetchClient<paths>({
    baseUrl: options.base ?? "",
    fetch: (request: Request) => authorised(session, send, request),
  });
}

async function authorised(session: Auth, send: typeof fetch, request: Request): Promise<Response> {
  const again = request.clone();
  const sent = session.token;
  const answer = await attempt(send, withToken(request, sent));
  if (!(await saysExpired(answer))) return answer;
  // Another call may have refreshed meanwhile: then the newer token is enough.
  const renewed = session.token !== sent || (await session.refresh());
  return renewed ? attempt(send, withToken(again, session.token)) : answer;
}

/** A wrong password or a missing code is a 401 too; sent again, it would count as another attempt. */
async function saysExpired(answer: Response): Promise<boolean> {
  if (answer.status !== 401) return false;
  return kindOf(problemOf(answer, await answer.clone().json().catch(() => null))) === "unauthenticated";
}

function withToken(request: Request, token: string | null): Request {
  if (token) request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

async function attempt(send: typeof fetch, request: Request): Promise<Response> {
  try {
    return await send(request, { signal: AbortSignal.timeout(ANSWER_WITHIN) });
  } catch (thrown) {
    if (isNetworkError(thrown)) throw new ProblemError(UNREACHABLE);
    throw thrown;
  }
}

interface Outcome<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** Wait for a call that answers with nothing, or raise ProblemError. */
export async function done(call: Promise<Outcome<unknown>>): Promise<void> {
  const { error, response } = await call;
  if (!response.ok) throw problemOf(response, error);
}

/** The data of a call, or a ProblemError. */
export async function unwrap<Data>(call: Promise<Outcome<Data>>): Promise<NonNullable<Data>> {
  const { data, error, response } = await call;
  if (!response.ok || data === undefined || data === null) throw problemOf(response, error);
  return data;
}
