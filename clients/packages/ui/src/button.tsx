import type { ComponentProps, MouseEvent } from "react";

type Tone = "primary" | "buy" | "sell" | "quiet";

const TONES: Record<Tone, string> = {
  primary: "bg-accent text-accent-ink hover:brightness-110",
  buy: "bg-buy text-panel hover:brightness-110",
  sell: "border border-sell/50 text-sell hover:bg-sell-soft",
  quiet: "border border-line text-text hover:bg-raised",
};

interface ButtonProps extends ComponentProps<"button"> {
  tone?: Tone;
  /** Does nothing for now, and yet keeps the focus, which a disabled button would lose. */
  busy?: boolean;
}

const SHAPE = "min-h-10 rounded-lg px-4 text-sm font-semibold whitespace-nowrap transition";
const SHUT = "disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50";

export function Button({ tone = "quiet", busy = false, className = "", ...rest }: ButtonProps) {
  const shut = busy ? { "aria-disabled": true, onClick: refuse } : {};
  return <button type="button" className={`${SHAPE} ${SHUT} ${TONES[tone]} ${className}`} {...rest} {...shut} />;
}

/** Also keeps a form from being sent, by Enter too. */
function refuse(event: MouseEvent<HTMLButtonElement>): void {
  event.preventDefault();
}

/** A small step aside, as a line of text. */
export function TextButton({ className = "", ...rest }: ComponentProps<"button">) {
  const shape = "justify-self-start rounded py-1 text-left text-sm font-medium text-accent underline underline-offset-2";
  return <button type="button" className={`${shape} ${className}`} {...rest} />;
}
