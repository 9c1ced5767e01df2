/** RFC 9457 problem details, as the hub sends them. */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  instance?: string;
  request_id?: string;
  errors?: { pointer: string; detail: string }[];
  [extra: string]: unknown;
}

/** A failed call. `status` is 0 when the hub could not be reached at all. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: Problem;
  /** When it was told, in milliseconds. */
  readonly at = Date.now();

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }

  /** True when the same call may succeed later: no answer, or a failure of the server. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500 || this.status === 429;
  }
}

export const UNREACHABLE: Problem = {
  title: "The hub does not answer",
  status: 0,
  detail: "Check the connection. Nothing was lost; this page tries again by itself.",
};

const KINDS = "/problems/";

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "title" in body && "status" in body;
}

/** The problem in an answer that is not a success; a plain one when the body is something else. */
export function problemOf(response: Response, body: unknown): ProblemError {
  if (isProblem(body)) return new ProblemError(body);
  return new ProblemError({
    title: response.statusText || "Unexpected answer",
    status: response.status,
    detail: `The hub answered ${response.status} without an explanation.`,
  });
}

/** What kind of refusal this is, as in `/problems/code-required`; null when it is not the hub's word. */
export function kindOf(thrown: unknown): string | null {
  const type = thrown instanceof ProblemError ? thrown.problem.type : undefined;
  return type?.startsWith(KINDS) ? type.slice(KINDS.length) : null;
}

/** What is wrong with one value of what was sent; `pointer` is a JSON pointer. */
export function fieldError(thrown: unknown, pointer: string): string | undefined {
  const errors = thrown instanceof ProblemError ? thrown.problem.errors : undefined;
  return errors?.find((each) => each.pointer === pointer)?.detail;
}

/** When the hub takes another attempt, in milliseconds; null when it did not say. */
export function retryAt(thrown: unknown): number | null {
  const seconds = thrown instanceof ProblemError ? thrown.problem["retry_after"] : null;
  return typeof seconds === "number" ? (thrown as ProblemError).at + seconds * 1000 : null;
}

/** Whatever was thrown, as a problem a person can read. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problem;
  return { ...UNREACHABLE, ...(thrown instanceof Error && !isNetworkError(thrown) ? { title: thrown.message } : {}) };
}

/** `fetch` rejects with a TypeError when there is no answer, with a TimeoutError when it takes too long. */
export function isNetworkError(thrown: unknown): boolean {
  return thrown instanceof TypeError || (thrown instanceof DOMException && thrown.name === "TimeoutError");
}
