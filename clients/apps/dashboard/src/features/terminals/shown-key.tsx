import type { Registered } from "@caerus/api/types";

import { ShownOnce } from "../../components/shown-once";

interface ShownKeyProps {
  registered: Registered;
  onKept: () => void;
}

/** As the Expert Advisor's inputs are named. */
function inputs({ device_id, device_secret }: Registered) {
  return { ApiBase: location.origin, DeviceId: device_id, DeviceSecret: device_secret };
}

const ONCE = "The secret is shown this once: nobody can show it to you again.";

/** Of a terminal that was just registered, and the way to attach it. */
export function FirstKey({ registered, onKept }: ShownKeyProps) {
  return (
    <ShownOnce title="Attach the terminal" values={inputs(registered)} onKept={onKept} after={<AndTheAccount />}>
      <p className="font-medium">{ONCE}</p>
      <ol className="grid list-decimal gap-2 pl-5">
        <li>
          In MetaTrader: Tools, Options, Expert Advisors. Tick “Allow algorithmic trading” and “Allow WebRequest for listed URL”, and add{" "}
          <span className="font-mono wrap-anywhere">{location.origin}</span> to the list.
        </li>
        <li>Drag ReferenceEA onto one chart of the account, and put these into its inputs:</li>
      </ol>
    </ShownOnce>
  );
}

function AndTheAccount() {
  return (
    <p>
      Then link the account, under Accounts: of one that you have not linked the hub takes nothing. If you lose the secret before the
      terminal has it, make a new key.
    </p>
  );
}

/** In place of the one before. */
export function NewKey({ registered, onKept }: ShownKeyProps) {
  return (
    <ShownOnce title="Put the new key into the terminal" values={inputs(registered)} onKept={onKept}>
      <p className="font-medium">{ONCE}</p>
      <p>
        Replace DeviceSecret in the Expert Advisor&apos;s inputs, and in the courier&apos;s if you run it. The key before is good until the
        new one is used, or until its grace is over.
      </p>
    </ShownOnce>
  );
}
