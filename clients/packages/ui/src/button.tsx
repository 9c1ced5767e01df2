import type { ComponentProps } from "react";

type Tone = "primary" | "buy" | "sell" | "quiet";

const TONES: Record<Tone, string> = {
  primary: "bg-accent text-accent-ink hover:brightness-110",
  buy: "bg-buy text-panel hover:brightness-110",
  sell: "border border-sell/50 text-sell hover:bg-sell-soft",
  quiet: "border border-line text-text hover:bg-raised",
};

export function Button({ tone = "quiet", className = "", ...rest }: ComponentProps<"button"> & { tone?: Tone }) {
  const shape = "min-h-10 rounded-lg px-4 text-sm font-semibold transition disabled:cursor-not-allowed disabled:opacity-50";
  return <button type="button" className={`${shape} ${TONES[tone]} ${className}`} {...rest} />;
}
