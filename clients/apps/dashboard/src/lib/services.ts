/** The page's one session, one client, one cache and one socket. */
import { createApi } from "@caerus/api/client";
import { Live } from "@caerus/api/live";
import { ProblemError } from "@caerus/api/problem";
import { Session } from "@caerus/api/session";
import { QueryClient } from "@tanstack/react-query";

import { applyEvent, loadSnapshot } from "./live-table";

const MOST_RETRIES = 4;

export const session = new Session();
export const api = createApi(session);

export const queryClient = new QueryClient({
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
  onEvent: (frame) => applyEvent(queryClient, frame),
  onReset: (topic) => loadSnapshot(queryClient, topic),
  onProblem: (topic, problem) => console.warn("stream", topic, problem.title, problem.detail),
});
