interface BarProps {
  label: string;
  /** Between 0 and 1. */
  share: number;
  /** In words, where a percentage would say less. */
  text?: string | undefined;
  full?: boolean;
}

/** The bar alone; whoever shows it writes its label beside it. */
export function Bar({ label, share, text, full = false }: BarProps) {
  const percent = Math.round(Math.min(share, 1) * 100);
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuetext={text}
      aria-valuemin={0}
      aria-valuemax={100}
      className="h-1.5 grow overflow-hidden rounded-full bg-raised"
    >
      <div className={`h-full rounded-full transition-[width] ${full ? "bg-warn" : "bg-accent"}`} style={{ width: `${percent}%` }} />
    </div>
  );
}

/** A labelled bar for a share between 0 and 1. */
export function Meter({ label, share }: { label: string; share: number }) {
  return (
    <div className="flex items-center gap-2 text-xs text-muted">
      <span className="w-20 shrink-0">{label}</span>
      <Bar label={label} share={share} />
      <span className="w-9 text-right tabular-nums">{Math.round(share * 100)}%</span>
    </div>
  );
}
