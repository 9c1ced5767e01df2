/** Acts that want a fresh proof of who one is: the proof is asked for once, then the act is done again. */
import { Observable } from "@caerus/api/observable";
import { kindOf } from "@caerus/api/problem";

import { session } from "./services";

/** The person chose not to prove who they are; nothing was done. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

interface Asked {
  proven: () => void;
  cancel: () => void;
}

/** What the dialog answers; null when nothing is asked. */
export const asked = new Observable<Asked | null>(null);
let asking: Promise<void> | null = null;

/** Do it, and where the hub wants a fresh proof ask for that first; Cancelled when there was none. */
export async function withStepUp<Done>(act: () => Promise<Done>): Promise<Done> {
  try {
    return await act();
  } catch (thrown) {
    if (kindOf(thrown) !== "step-up-required") throw thrown;
  }
  await ask();
  return act();
}

/** One dialog, whatever the number of acts that wait for it. */
function ask(): Promise<void> {
  asking ??= new Promise<void>((resolve, reject) => {
    asked.set({ proven: resolve, cancel: () => reject(new Cancelled()) });
  }).finally(() => {
    asking = null;
    asked.set(null);
  });
  return asking;
}

session.state.subscribe(() => {
  if (session.state.get().phase === "signed-out") asked.get()?.cancel();
});
