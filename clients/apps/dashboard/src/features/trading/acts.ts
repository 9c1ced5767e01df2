/** What a person does to their own trading. The hub's answer is how things stand, so it is shown as it is. */
import { unwrap } from "@caerus/api/client";
import type { CapsOf, OwnCaps, Size, TradingStatus } from "@caerus/api/types";
import { useMutation } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api, queryClient } from "../../lib/services";

const show = (status: TradingStatus) => queryClient.setQueryData<TradingStatus>(keys.trading, status);

export function usePause() {
  return useMutation({ mutationFn: () => unwrap(api.PATCH("/api/v1/trading/pause", { body: {} })), onSuccess: show });
}

export function useResume() {
  return useMutation({ mutationFn: () => unwrap(api.PATCH("/api/v1/trading/resume", { body: {} })), onSuccess: show });
}

export function useSize() {
  return useMutation({ mutationFn: (body: Size) => unwrap(api.PUT("/api/v1/trading/size", { body })), onSuccess: show });
}

/** `typed` reads the form only now, so that what it cannot read is a refusal too. What nobody touched stays as it is by now. */
export function useTighten() {
  return useMutation({
    mutationFn: (typed: () => OwnCaps) => {
      const now = queryClient.getQueryData<CapsOf>(keys.caps)?.own;
      return unwrap(api.PUT("/api/v1/risk/me", { body: { ...now, ...typed() } }));
    },
    onSuccess: (caps) => {
      queryClient.setQueryData<CapsOf>(keys.caps, caps);
      // A size that was never set is what a trade may risk.
      void queryClient.invalidateQueries({ queryKey: keys.trading });
    },
  });
}
