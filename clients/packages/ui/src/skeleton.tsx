export function Skeleton({ className = "h-4" }: { className?: string }) {
  return <div aria-hidden="true" className={`animate-pulse rounded-lg bg-raised ${className}`} />;
}

/** Placeholders while something loads, announced once. */
export function SkeletonList({ label, rows = 4, className = "h-24" }: { label: string; rows?: number; className?: string }) {
  return (
    <div role="status" aria-label={label} className="grid gap-2">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className={className} />
      ))}
    </div>
  );
}
