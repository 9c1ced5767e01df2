/** Acts that want a fresh proof of who one is: the proof is asked for once, then the act is done again. */
import { Observable } from "./observable";
import { kindOf } from "./problem";
import type { SessionState } from "./session";

/** The person chose not to prove who they are; nothing was done. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

export interface Question {
  proven: () => void;
  cancel: () => void;
}

export class StepUp {
  /** What a dialog has to ask and answer; null when nothing is asked. */
  readonly question = new Observable<Question | null>(null);
  #asking: Promise<void> | null = null;

  /** Who is signed out has nothing to prove. */
  constructor(session: Observable<SessionState>) {
    session.subscribe(() => {
      if (session.get().phase === "signed-out") this.question.get()?.cancel();
    });
  }

  /** Do it, and where the hub wants a fresh proof ask for that first; Cancelled when there was none. */
  async run<Done>(act: () => Promise<Done>): Promise<Done> {
    try {
      return await act();
    } catch (thrown) {
      if (kindOf(thrown) !== "step-up-required") throw thrown;
    }
    await this.#ask();
    return act();
  }

  /** One question, whatever the number of acts that wait for its answer. */
  #ask(): Promise<void> {
    this.#asking ??= new Promise<void>((resolve, reject) => {
      this.question.set({ proven: resolve, cancel: () => reject(new Cancelled()) });
    }).finally(() => {
      this.#asking = null;
      this.question.set(null);
    });
    return this.#asking;
  }
}
