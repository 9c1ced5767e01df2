/** The page's one session, one client, one cache, one socket, and one who asks for a fresh proof. */
import { createApi } from "@caerus/api/client";
import { Live } from "@caerus/api/live";
import { kindOf, ProblemError } from "@caerus/api/problem";
import { Session } from "@caerus/api/session";
import { StepUp } from "@caerus/api/step-up";
import type { TopicName } from "@caerus/api/topics";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

import { keys } from "./keys";
import { loadSnapshot } from "./live-snapshots";
import { applyEvent } from "./live-table";

const MOST_RETRIES = 4;

export const session = new Session();
export const api = createApi(session);
export const stepUp = new StepUp(session.state);

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeDemand }),
  mutationCache: new MutationCache({ onError: noticeDemand }),
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      retry: (failures, thrown) => thrown instanceof ProblemError && thrown.passing && failures < MOST_RETRIES,
    },
    // A decision is made now or not at all: never kept back until the network returns.
    mutations: { networkMode: "always", retry: false },
  },
});

export const live = new Live({
  url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`,
  token: () => session.token,
  renew: () => session.refresh(),
  onFailure: (topic, thrown) => console.warn("stream", topic, thrown),
  onProblem: (topic, problem) => console.warn("stream", topic, problem.title, problem.detail),
});

/** Keep what is shown current with a topic, until the returned function is called. */
export function follow(topic: TopicName): () => void {
  return live.subscribe(topic, {
    snapshot: () => loadSnapshot(queryClient, topic),
    event: (event) => applyEvent(queryClient, event),
  });
}

/** A role that needs a second factor from now on: look again whether there is one. */
function noticeDemand(thrown: Error): void {
  if (kindOf(thrown) === "mfa-required") void queryClient.invalidateQueries({ queryKey: keys.secondFactor });
}

/** What was kept belongs to one person in one role; it is gone before the page of another is drawn. */
let whose = "";
session.state.subscribe(() => {
  const state = session.state.get();
  const now = state.phase === "signed-in" ? state.whose : "";
  if (now !== whose) queryClient.clear();
  whose = now;
});
