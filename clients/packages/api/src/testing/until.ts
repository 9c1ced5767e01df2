import { vi } from "vitest";

/** Wait for a condition that nobody signals. */
export function until(condition: () => boolean, what: () => string, within: number): Promise<void> {
  const look = () => {
    if (!condition()) throw new Error(what());
  };
  return vi.waitFor(look, { timeout: within, interval: 1 });
}
