import { Meter } from "@caerus/ui/meter";

import { share } from "../lib/levels";

const METERS = [
  ["confidence", "Confidence"],
  ["maturity", "Maturity"],
] as const;

/** True when this feature is drawn as a bar, so that it need not be told twice. */
export function isMeter(name: string, value: unknown): boolean {
  return METERS.some(([known]) => known === name) && share(value) !== null;
}

/** The strategy's own view of its setup; nothing when it gave none. */
export function Meters({ features }: { features: Record<string, unknown> }) {
  const given = METERS.flatMap(([name, label]) => {
    const value = share(features[name]);
    return value === null ? [] : [{ label, value }];
  });
  if (given.length === 0) return null;
  return (
    <div className="grid gap-1.5">
      {given.map(({ label, value }) => (
        <Meter key={label} label={label} share={value} />
      ))}
    </div>
  );
}
