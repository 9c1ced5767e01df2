/** Pauses between attempts, in milliseconds. */
type Draw = () => number;

/**
 * The pause before attempt number `attempt` (0 is the first retry): uniform in [0, cap), where cap doubles
 * from `base` to `most`.
 *
 * Full jitter (Brooker, "Exponential Backoff and Jitter", 2015): the clients of a restarted hub spread out.
 */
export function backoff(attempt: number, random: Draw = Math.random, base = 500, most = 20_000): number {
  return random() * Math.min(most, base * 2 ** Math.min(attempt, 16));
}

const LONG = 30_000;

/** The pause after the hub said that it is too much: uniform in [30 s, 60 s). */
export function longPause(random: Draw = Math.random): number {
  return LONG + random() * LONG;
}
