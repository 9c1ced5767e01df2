import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { meQuery } from "../lib/me-query";
import { useObservable, useTopic } from "../lib/hooks";
import { live, queryClient, session } from "../lib/services";

/** Keep the socket open while somebody is signed in, and follow what every page needs. */
export function useLive(): void {
  const me = useQuery(meQuery).data;
  const { state } = useObservable(live.status);
  useTopic("signals");
  useTopic(me ? `approvals:${me.id}` : null);
  useTopic(me ? `executions:${me.id}` : null);
  useTopic(me ? `devices:${me.id}` : null);
  useTopic(me ? `closures:${me.id}` : null);
  useEffect(connect, []);
  useEffect(() => {
    if (state === "live") void queryClient.refetchQueries({ predicate: (query) => query.state.status === "error" });
  }, [state]);
}

function connect(): () => void {
  const renewed = session.state.subscribe(() => live.authenticate());
  // An open socket is not told that its session has ended; it learns when it presents its token.
  const wake = () => {
    live.wake();
    if (document.visibilityState === "visible") live.authenticate();
  };
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  live.start();
  return () => {
    renewed();
    removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", wake);
    live.stop();
  };
}
