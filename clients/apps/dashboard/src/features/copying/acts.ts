/** What a person does to their copying. The hub's answer is how it stands, so it is shown as it is. */
import { unwrap } from "@caerus/api/client";
import type { CopyBody, CopyLimitsBody, CopyStatus } from "@caerus/api/types";
import { useMutation } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api, queryClient, stepUp } from "../../lib/services";

const show = (status: CopyStatus) => queryClient.setQueryData<CopyStatus>(keys.copying, status);

export function useEnable() {
  return useMutation({
    mutationFn: (body: CopyBody) => stepUp.run(() => unwrap(api.POST("/api/v1/copy/enable", { body }))),
    onSuccess: show,
    // Other words may be in force than those that were shown.
    onError: () => void queryClient.invalidateQueries({ queryKey: keys.copyConsent }),
  });
}

export function useDisable() {
  return useMutation({ mutationFn: () => unwrap(api.POST("/api/v1/copy/disable")), onSuccess: show });
}

/** `typed` reads the form only now, so that what it cannot read is a refusal too. */
export function useTightenCopied() {
  return useMutation({
    mutationFn: (typed: () => CopyLimitsBody) => unwrap(api.PATCH("/api/v1/copy/risk", { body: typed() })),
    onSuccess: show,
  });
}
