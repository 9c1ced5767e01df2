/**
 * Milliseconds to wait before attempt number `attempt` (0 is the first retry).
 *
 * Exponential with half jitter: uniform in [cap/2, cap) where cap doubles from `base` to `most`,
 * so that the clients of a restarted hub do not all come back in the same instant.
 */
export function backoff(attempt: number, base = 500, most = 15_000, random = Math.random): number {
  const cap = Math.min(most, base * 2 ** Math.min(attempt, 16));
  return cap / 2 + (cap / 2) * random();
}
