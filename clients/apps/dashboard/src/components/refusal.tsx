import { asProblem, fieldError, kindOf } from "@caerus/api/problem";
import { Cancelled } from "@caerus/api/step-up";

import { useWait } from "../lib/hooks";

export interface RefusalProps {
  thrown: unknown;
  /** JSON pointers of the values whose faults stand beside their fields already. */
  beside?: readonly string[] | undefined;
  /** Sentences that fit better here than the hub's, by kind of problem. */
  words?: Readonly<Record<string, string>> | undefined;
}

/** Why a form was refused, in the hub's words; with the seconds to wait where there are some. */
export function Refusal({ thrown, beside, words }: RefusalProps) {
  const wait = useWait(thrown);
  if (!thrown || thrown instanceof Cancelled || beside?.some((pointer) => fieldError(thrown, pointer))) return null;
  const { title, status } = asProblem(thrown);
  if (status === 429) return <TooMany title={title} wait={wait} />;
  return (
    <p role="alert" className="rounded-lg bg-sell-soft px-3 py-2 text-sm text-sell">
      {status !== 401 && <span className="font-semibold">{title}.</span>} {sentence(thrown, words)}
    </p>
  );
}

function sentence(thrown: unknown, words: RefusalProps["words"]): string | undefined {
  const { detail, status } = asProblem(thrown);
  if (status === 0) return "Check the connection, then try again.";
  return words?.[kindOf(thrown) ?? ""] ?? detail;
}

/** The seconds tick for the eye; a screen reader hears the refusal once, and once that it is over. */
function TooMany({ title, wait }: { title: string; wait: number }) {
  return (
    <div className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn" data-testid="too-many">
      <p role="alert">
        <span className="font-semibold">{title}.</span> {wait > 0 ? "This has to wait." : "Try again now."}
      </p>
      {wait > 0 && (
        <p aria-hidden="true" className="tabular-nums">
          Try again in {wait} s.
        </p>
      )}
    </div>
  );
}
