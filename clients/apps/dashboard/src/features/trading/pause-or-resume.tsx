import type { TradingStatus } from "@caerus/api/types";
import { Button } from "@caerus/ui/button";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { AskOnceMore } from "../../components/ask-once-more";
import { Refusal } from "../../components/refusal";
import { focus } from "../../lib/forms";
import { meQuery } from "../../lib/me-query";
import { usePause, useResume } from "./acts";

/** To pause is safe, and done at once; to resume is asked once more. The owner takes back everybody's pauses of themselves. */
export function PauseOrResume({ status }: { status: TradingStatus }) {
  const pause = usePause();
  const resume = useResume();
  const owner = useQuery(meQuery).data?.role === "owner";
  // Null until it was asked for; who stays paused finds the focus where they left.
  const [resuming, setResuming] = useState<boolean | null>(null);
  const paused = status.pauses.some(({ actor }) => actor === "user" || owner);
  const turn = (to: boolean) => {
    resume.reset();
    setResuming(to);
  };
  if (!paused) {
    return (
      <>
        <Refusal thrown={pause.error} />
        <Button
          tone="sell"
          ref={resuming === false ? focus : null}
          className="justify-self-start"
          busy={pause.isPending}
          onClick={() => pause.mutate()}
          data-testid="pause"
        >
          Pause new trades
        </Button>
      </>
    );
  }
  if (resuming) return <Resume sending={resume} onConfirm={() => resume.mutate(undefined, { onSuccess: () => turn(false) })} onKeep={() => turn(false)} />;
  return (
    <Button ref={resuming === false || pause.isSuccess ? focus : null} className="justify-self-start" onClick={() => turn(true)} data-testid="resume">
      Resume…
    </Button>
  );
}

interface ResumeProps {
  sending: { error: unknown; isPending: boolean };
  onConfirm: () => void;
  onKeep: () => void;
}

function Resume(props: ResumeProps) {
  return (
    <AskOnceMore act="Resume trading" keep="Stay paused" testId="resume-confirm" {...props}>
      What you approve is opened again, and where copying is on, signals are approved on your behalf again. What else stops trading stays.
    </AskOnceMore>
  );
}
