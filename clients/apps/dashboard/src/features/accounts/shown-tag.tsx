import type { Linked } from "@caerus/api/types";

import { ShownOnce } from "../../components/shown-once";
import { moment } from "../../lib/format";

/** What proves an account that was just linked; its owner chooses one way of two. */
export function ShownTag({ linked, onKept }: { linked: Linked; onKept: () => void }) {
  return (
    <ShownOnce title="Prove that the account is yours" values={{ Tag: linked.tag }} onKept={onKept}>
      <p>One of these proves it:</p>
      <ul className="grid list-disc gap-2 pl-5">
        <li>Attach the Expert Advisor to a terminal that is logged in to this account. What it shows first is the proof.</li>
        <li>
          Place any order on the account with this tag as its comment, before {moment(linked.tag_expires_at)}, and press Verify. That works
          where the hub has a terminal of its own on the account.
        </li>
      </ul>
      <p>The tag is shown this once. If you lose it, ask for a new one.</p>
    </ShownOnce>
  );
}
