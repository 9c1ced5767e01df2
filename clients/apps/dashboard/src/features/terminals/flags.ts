/** What a terminal says that it is allowed, and what to mend where it is not. */
import type { LiveAccount } from "@caerus/api/types";

const FLAGS = [
  {
    key: "connected",
    held: "Connected to the broker",
    missing: "Not connected to the broker",
    mend: "In the terminal: File, Login to Trade Account. If it was logged in, its line to the broker is down.",
  },
  {
    key: "trade_allowed",
    held: "Trading allowed on the account",
    missing: "No trading on this account",
    mend: "Log in with the master password: the investor's only looks on. If you did, ask your broker.",
  },
  {
    key: "algo_allowed",
    held: "Algo Trading on",
    missing: "Algo Trading off",
    mend: "Switch Algo Trading on in the terminal's toolbar, and tick Allow Algo Trading in the EA's own settings (F7).",
  },
] as const;

export interface Flag {
  key: string;
  text: string;
  /** What to do in the terminal; null when there is nothing to do. */
  mend: string | null;
}

/** Nothing before the first look. */
export function flagsOf(live: Pick<LiveAccount, (typeof FLAGS)[number]["key"]>): Flag[] {
  return FLAGS.flatMap(({ key, held, missing, mend }) => {
    if (live[key] === null) return [];
    return [live[key] ? { key, text: held, mend: null } : { key, text: missing, mend }];
  });
}
