/** Why an account has no certificate for a trade, and what to do. */
import type { Preflight } from "@caerus/api/types";

const REPORT = "Start the Expert Advisor on its terminal, so that it sends its report";

export const GAPS: Record<NonNullable<Preflight["gap"]>, string> = {
  not_reported: `Its terminal was never checked. ${REPORT}.`,
  failed: "Its terminal did not pass. Mend what was found, then let the Expert Advisor report again.",
  lapsed: `The certificate has run out. ${REPORT} again.`,
  other_terminal: `Another terminal speaks for the account now. ${REPORT}.`,
  changed: "The account is no longer as it was certified. Mend it, then let the Expert Advisor report again.",
  instrument: "The certificate does not cover this instrument. What was found says why, or the terminal lacks it.",
};
