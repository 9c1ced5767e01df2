import { useEffect } from "react";
import type { ReactNode } from "react";

import { SignIn } from "../features/auth/sign-in";
import { useObservable } from "../lib/hooks";
import { session } from "../lib/services";
import { MustEnrol } from "./must-enrol";
import { Starting } from "./starting";

/** Shows the page to those who are signed in, and keeps its address for those who are not yet. */
export function Gate({ children }: { children: ReactNode }) {
  const state = useObservable(session.state);
  useEffect(() => void session.resume(), []);
  if (state.phase === "signed-out") return <SignIn ended={state.ended} />;
  if (state.phase === "starting") return <Starting problem={state.problem && `${state.problem.title}. Trying again…`} />;
  return (
    <MustEnrol key={state.whose} role={state.role}>
      {children}
    </MustEnrol>
  );
}
