import type { ReactNode } from "react";

export type BadgeTone = "buy" | "sell" | "warn" | "plain" | "accent";

const TONES: Record<BadgeTone, string> = {
  buy: "bg-buy-soft text-buy",
  sell: "bg-sell-soft text-sell",
  warn: "bg-warn-soft text-warn",
  plain: "bg-raised text-muted",
  accent: "bg-raised text-accent",
};

export function Badge({ tone = "plain", children }: { tone?: BadgeTone; children: ReactNode }) {
  return (
    <span className={`inline-flex items-center rounded-md px-2 py-0.5 text-xs font-semibold tracking-wide whitespace-nowrap ${TONES[tone]}`}>
      {children}
    </span>
  );
}

export function SideBadge({ side }: { side: "buy" | "sell" }) {
  return <Badge tone={side}>{side === "buy" ? "▲ BUY" : "▼ SELL"}</Badge>;
}
