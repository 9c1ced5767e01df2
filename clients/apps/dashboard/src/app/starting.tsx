import { Skeleton } from "@caerus/ui/skeleton";

import { Logo } from "../components/logo";

export function Starting({ problem }: { problem: string | null }) {
  return (
    <main className="mx-auto grid min-h-svh max-w-sm content-center justify-items-center gap-4 px-4">
      <Logo className="text-2xl" />
      <p role="status" className="text-sm text-muted">
        {problem ?? "Starting…"}
      </p>
      <Skeleton className="h-1.5 w-40" />
    </main>
  );
}
