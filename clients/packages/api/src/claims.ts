/** What a page reads in its own access token. The hub alone checks tokens; here they only say whose page this is. */
export interface Claims {
  /** The person's id. */
  sub: string;
  role: string;
}

/** The claims of a JWT; empty ones when the token is something else. */
export function claimsOf(token: string): Claims {
  const { sub, role } = payloadOf(token);
  return { sub: String(sub ?? ""), role: String(role ?? "") };
}

/** From when until when a token is good, by the hub's clock, in milliseconds; null when it does not say. */
export function termOf(token: string): { issuedAt: number; expiresAt: number } | null {
  const { iat, exp } = payloadOf(token);
  if (typeof iat !== "number" || typeof exp !== "number" || exp <= iat) return null;
  return { issuedAt: iat * 1000, expiresAt: exp * 1000 };
}

function payloadOf(token: string): Record<string, unknown> {
  try {
    const payload: unknown = JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
    return typeof payload === "object" && payload !== null ? (payload as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
