/** What a page reads in its own access token. The hub alone checks tokens; here they only say whose page this is. */
export interface Claims {
  /** The person's id. */
  sub: string;
  role: string;
}

const NOBODY: Claims = { sub: "", role: "" };

/** The claims of a JWT; empty ones when the token is something else. */
export function claimsOf(token: string): Claims {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const { sub, role } = JSON.parse(atob(payload)) as Partial<Record<keyof Claims, unknown>>;
    return { sub: String(sub ?? ""), role: String(role ?? "") };
  } catch {
    return NOBODY;
  }
}
