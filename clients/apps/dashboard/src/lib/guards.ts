/** What the guards say of each account. */
import type { LiveEvents } from "@caerus/api/topics";

export type Guarded = LiveEvents["account.guarded"];
/** By account. */
export type Guards = Readonly<Record<string, Guarded>>;

export function withGuarded(guards: Guards, guarded: Guarded): Guards {
  return { ...guards, [guarded.account_id]: guarded };
}
