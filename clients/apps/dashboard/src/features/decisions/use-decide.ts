import { unwrap } from "@caerus/api/client";
import { asProblem, ProblemError } from "@caerus/api/problem";
import type { ApprovalPage, ApproveBody, Decision, Signal, SignalPage } from "@caerus/api/types";
import { useToast } from "@caerus/ui/toast";
import { useMutation } from "@tanstack/react-query";

import { withApproval, withDecision } from "../../lib/cache";
import { keys } from "../../lib/keys";
import { api, queryClient } from "../../lib/services";

/** Show a decision, or its absence, wherever the signal is kept. */
function showDecision(id: string, decision: Decision | null): void {
  queryClient.setQueryData<SignalPage>(keys.openSignals, (page) => page && withDecision(page, id, decision));
  queryClient.setQueryData<Signal>(keys.signal(id), (signal) => signal && { ...signal, my_decision: decision });
}

/** What the hub holds after a refusal: the decision it knows already, or none. */
function decisionHeld(thrown: unknown): Decision | null {
  const held = thrown instanceof ProblemError ? thrown.problem["decision"] : null;
  return held === "approved" || held === "rejected" ? held : null;
}

/** Approve or reject: shown at once, taken back with the hub's reason when it refuses. */
export function useDecide() {
  const toast = useToast();
  return useMutation({
    mutationFn: (body: ApproveBody) => unwrap(api.POST("/api/v1/approve", { body })),
    onMutate: async ({ signal_id, decision }) => {
      await queryClient.cancelQueries({ queryKey: keys.signals });
      showDecision(signal_id, decision);
    },
    onError: (thrown, { signal_id }) => {
      showDecision(signal_id, decisionHeld(thrown));
      const { title, detail } = asProblem(thrown);
      toast({ tone: "error", title, detail });
      void queryClient.invalidateQueries({ queryKey: keys.signals });
      void queryClient.invalidateQueries({ queryKey: keys.consent });
    },
    onSuccess: (approval) => {
      queryClient.setQueryData<ApprovalPage>(keys.approvals, (page) => page && withApproval(page, approval));
    },
  });
}
