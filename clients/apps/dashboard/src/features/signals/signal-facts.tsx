import type { Signal } from "@caerus/api/types";
import { Panel } from "@caerus/ui/panel";

import { isMeter, Meters } from "../../components/meters";
import { feature, moment, price, words } from "../../lib/format";
import { distanceText, riskRewardText } from "../../lib/levels";

export function SignalLevels({ signal }: { signal: Signal }) {
  const shown = [
    ["Entry", price(signal.entry), words(signal.order_type), "text-accent"],
    ["Stop", price(signal.stop), distanceText(signal, signal.stop), "text-sell"],
    ["Target", price(signal.target), distanceText(signal, signal.target), "text-buy"],
    ["Risk : reward", riskRewardText(signal), "before costs", ""],
  ] as const;
  return (
    <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-xl border border-line bg-line sm:grid-cols-4">
      {shown.map(([label, value, note, tone]) => (
        <div key={label} className="bg-panel px-4 py-3">
          <dt className="text-xs text-muted">{label}</dt>
          <dd className={`text-lg font-semibold tabular-nums ${tone}`}>{value}</dd>
          <dd className="text-xs text-muted tabular-nums">{note}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A version that ends with the setup's name need not repeat it. */
function ownVersion({ version, setup_id }: Signal): string {
  return version.endsWith(`:${setup_id}`) ? version.slice(0, -setup_id.length - 1) : version;
}

export function SignalFeatures({ signal }: { signal: Signal }) {
  const rows: [string, string][] = [
    ["Strategy", words(signal.strategy)],
    ["Version", ownVersion(signal)],
    ["Setup", signal.setup_id],
    ["Setup time", moment(signal.time)],
    ["Expires", moment(signal.expires_at)],
    ...Object.entries(signal.features)
      .filter(([name, value]) => !isMeter(name, value))
      .map(([name, value]): [string, string] => [words(name), feature(value)]),
  ];
  return (
    <Panel title="What the strategy saw">
      <Meters features={signal.features} />
      <table className="mt-2 w-full text-sm">
        <caption className="sr-only">Features of the setup</caption>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name} className="border-t border-line first:border-0">
              <th scope="row" className="py-2 pr-4 text-left font-normal text-muted sm:whitespace-nowrap">
                {name}
              </th>
              <td className={`py-2 text-right tabular-nums wrap-anywhere ${value.length > 24 ? "text-xs" : ""}`}>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
