import type { Linked } from "@caerus/api/types";

import { ShownOnce } from "../../components/shown-once";
import { moment } from "../../lib/format";

/** What proves an account that was just linked; its owner chooses one way of two. */
export function ShownTag({ linked, onKept }: { linked: Linked; onKept: () => void }) {
  return (
    <ShownOnce title="Prove that the account is yours" values={{ Tag: linked.tag }} onKept={onKept}>
      <p>One of these proves it:</p>
      <ul className="grid list-disc gap-2 pl-5">
        <li>A terminal of yours is on the account, with the Expert Advisor attached: the first that it shows of it is the proof.</li>
        <li>
          An order on the account, of any kind, has this tag as its comment before {moment(linked.tag_expires_at)}, where the hub has a
          terminal of its own to see it. Then press Verify. The tag is shown this once; you can have a new one.
        </li>
      </ul>
    </ShownOnce>
  );
}
