/** The conformance suite that both stream clients must pass, read from `clients/conformance`. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

type Value = string | number;
export type Step = [verb: string, argument: unknown];

export interface Scenario {
  name: string;
  follow: string[];
  token: string;
  most: number | undefined;
  steps: Step[];
}

interface Written {
  name: string;
  only?: string;
  each?: Record<string, Value[]>;
  after?: string;
  follow?: string[];
  token?: string;
  most?: number;
  steps: Record<string, unknown>[];
}

interface Policy {
  backoff: { base: number; cap: number; long: number };
  preludes: Record<string, Record<string, unknown>[]>;
}

const HOME = fileURLToPath(new URL("../../../../conformance/", import.meta.url));

function read<Content>(name: string): Content {
  return JSON.parse(readFileSync(HOME + name, "utf8")) as Content;
}

export const POLICY = read<Policy>("policy.json");

/** Every scenario this client takes part in. */
export function scenarios(client: string): Scenario[] {
  const files = readdirSync(`${HOME}scenarios`).filter((name) => name.endsWith(".json"));
  const written = files.toSorted().flatMap((name) => read<Written[]>(`scenarios/${name}`));
  return written.filter(({ only }) => only === undefined || only === client).flatMap(expanded);
}

function expanded(written: Written): Scenario[] {
  const [variable, values] = Object.entries(written.each ?? {})[0] ?? ["", [""]];
  return values.map((value) => filled(written, variable, value));
}

function filled(written: Written, variable: string, value: Value): Scenario {
  const prelude = written.after === undefined ? [] : (POLICY.preludes[written.after] ?? []);
  const fill = (part: unknown) => (variable ? fillIn(part, `$${variable}`, value) : part);
  return {
    name: String(fill(written.name)),
    follow: written.follow ?? ["signals"],
    token: written.token ?? "t1",
    most: written.most,
    steps: [...prelude, ...written.steps].flatMap((step) => Object.entries(fill(step) as object) as Step[]),
  };
}

function fillIn(part: unknown, variable: string, value: Value): unknown {
  if (part === variable) return value;
  if (typeof part === "string") return part.replaceAll(variable, String(value));
  if (Array.isArray(part)) return part.map((each) => fillIn(each, variable, value));
  if (typeof part !== "object" || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([key, each]) => [key, fillIn(each, variable, value)]));
}
