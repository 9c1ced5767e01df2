const PATHS = new Set(["/verify-email", "/reset-password"]);

/** The token of a letter's link; null when the address has none. */
export function tokenIn({ pathname, hash }: Pick<Location, "pathname" | "hash">): string | null {
  if (!PATHS.has(pathname.replace(/\/$/, ""))) return null;
  return new URLSearchParams(hash.slice(1)).get("token") || null;
}
