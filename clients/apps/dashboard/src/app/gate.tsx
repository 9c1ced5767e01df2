import { Skeleton } from "@caerus/ui/skeleton";
import { useEffect } from "react";
import type { ReactNode } from "react";

import { Logo } from "../components/logo";
import { SignIn } from "../features/auth/sign-in";
import { useObservable } from "../lib/hooks";
import { queryClient, session } from "../lib/services";

/** Shows the page to those who are signed in, and keeps its address for those who are not yet. */
export function Gate({ children }: { children: ReactNode }) {
  const state = useObservable(session.state);
  useEffect(() => void session.resume(), []);
  useEffect(() => {
    if (state.phase === "signed-out") queryClient.clear();
  }, [state.phase]);
  if (state.phase === "signed-in") return children;
  if (state.phase === "signed-out") return <SignIn />;
  return <Starting problem={state.problem && `${state.problem.title}. Trying again…`} />;
}

function Starting({ problem }: { problem: string | null }) {
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
