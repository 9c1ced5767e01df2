export function Logo({ className = "" }: { className?: string }) {
  return (
    <span className={`inline-flex items-center gap-2 font-semibold tracking-tight ${className}`}>
      <svg viewBox="0 0 32 32" aria-hidden="true" className="size-[1.35em]">
        <rect width="32" height="32" rx="8" className="fill-accent" />
        <path
          d="M7 20.5 13 14l4.5 4L25 9.5"
          fill="none"
          strokeWidth="3"
          strokeLinecap="round"
          strokeLinejoin="round"
          className="stroke-accent-ink"
        />
      </svg>
      Caerus
    </span>
  );
}
