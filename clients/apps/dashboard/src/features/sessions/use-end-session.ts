import { done } from "@caerus/api/client";
import { asProblem } from "@caerus/api/problem";
import { useToast } from "@caerus/ui/toast";
import { useMutation } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api, queryClient } from "../../lib/services";

/** End the session with an id, or all but this one. */
export function useEndSession() {
  const toast = useToast();
  return useMutation({
    mutationFn: (id: string | "others") =>
      id === "others"
        ? done(api.DELETE("/api/v1/auth/sessions"))
        : done(api.DELETE("/api/v1/auth/sessions/{id}", { params: { path: { id } } })),
    onError: (thrown) => {
      const { title, detail } = asProblem(thrown);
      toast({ tone: "error", title, detail });
    },
    // Also after a refusal: the session may have ended by itself.
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.sessions }),
  });
}
