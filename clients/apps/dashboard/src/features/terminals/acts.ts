/** What a person does to their terminals. A secret stays in its mutation, and goes with the component that asked. */
import { done, unwrap } from "@caerus/api/client";
import { useMutation } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api, queryClient, stepUp } from "../../lib/services";

const at = (id: string) => ({ params: { path: { id } } });
const lookAgain = () => queryClient.invalidateQueries({ queryKey: keys.devices });

export function useRegister() {
  return useMutation({
    mutationFn: (name: string) => unwrap(api.POST("/api/v1/devices/register", { body: { name } })),
    gcTime: 0,
    // Also after a failure: an answer that got lost leaves a terminal whose key has to be made anew.
    onSettled: () => void lookAgain(),
  });
}

export function useRotate(id: string) {
  return useMutation({
    mutationFn: () => stepUp.run(() => unwrap(api.POST("/api/v1/devices/{id}/rotate", at(id)))),
    gcTime: 0,
    onSettled: () => void lookAgain(),
  });
}

export function useRename(id: string) {
  return useMutation({
    mutationFn: (name: string) => done(api.PATCH("/api/v1/devices/{id}", { ...at(id), body: { name } })),
    onSuccess: lookAgain,
  });
}

export function useRevoke(id: string) {
  return useMutation({
    mutationFn: () => done(api.POST("/api/v1/devices/{id}/revoke", at(id))),
    onSuccess: lookAgain,
  });
}
