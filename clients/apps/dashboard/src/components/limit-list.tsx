import type { CapsOf } from "@caerus/api/types";
import { Badge } from "@caerus/ui/badge";
import type { BadgeTone } from "@caerus/ui/badge";

import { limitText, meaning, sourceOf } from "../lib/limits";
import type { Limit, Source } from "../lib/limits";

type Made = Pick<CapsOf, "effective" | "base" | "own">;

interface LimitListProps {
  limits: readonly Limit[];
  made: Made;
  currency: string | null;
  /** What the limits are called that hold without one's own. */
  base: string;
}

/** The limits in force, what happens at each, and whose it is. */
export function LimitList({ limits, made, currency, base }: LimitListProps) {
  const sources: Record<Source, { text: string; tone: BadgeTone }> = {
    own: { text: "Yours", tone: "accent" },
    house: { text: base, tone: "plain" },
    follows: { text: "Follows from yours", tone: "accent" },
  };
  return (
    <ul className="grid" aria-label="Limits in force">
      {limits.map((limit) => {
        const value = made.effective[limit.name];
        const { text, tone } = sources[sourceOf(made, limit.name)];
        return (
          <li key={limit.name} data-testid="limit" data-limit={limit.name} className="grid gap-1 border-t border-line py-3 first:border-0 first:pt-0">
            <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
              <span className="font-medium">{limit.label}</span>
              <Badge tone={tone}>{text}</Badge>
              <span className="ml-auto font-semibold tabular-nums" data-testid="limit-value">
                {limitText(limit, value, currency)}
              </span>
            </p>
            <p className="text-xs text-muted">{meaning(limit, value, currency)}</p>
          </li>
        );
      })}
    </ul>
  );
}
