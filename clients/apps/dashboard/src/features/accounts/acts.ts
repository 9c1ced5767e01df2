/** What a person does to their accounts. */
import { done, unwrap } from "@caerus/api/client";
import type { LinkBody } from "@caerus/api/types";
import { useMutation } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api, queryClient } from "../../lib/services";

const at = (id: string) => ({ params: { path: { id } } });
const lookAgain = () => queryClient.invalidateQueries({ queryKey: keys.accounts });

/** The tag stays in the mutation, and goes with the component that asked. The same account again has a new tag. */
export function useLink() {
  return useMutation({
    mutationFn: (body: LinkBody) => unwrap(api.POST("/api/v1/accounts/link", { body })),
    gcTime: 0,
    onSettled: () => void lookAgain(),
  });
}

const calls = {
  verify: (id: string) => done(api.POST("/api/v1/accounts/{id}/verify", at(id))),
  primary: (id: string) => done(api.PUT("/api/v1/accounts/{id}/primary", at(id))),
  unlink: (id: string) => done(api.DELETE("/api/v1/accounts/{id}", at(id))),
};

export function useAccountAct(id: string) {
  return useMutation({
    mutationFn: (act: keyof typeof calls) => calls[act](id),
    // Also after a refusal: the account may have been proven or lost meanwhile.
    onSettled: lookAgain,
  });
}
