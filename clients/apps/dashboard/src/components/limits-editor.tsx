import type { CapsOf, OwnCaps } from "@caerus/api/types";
import { Button } from "@caerus/ui/button";
import type { ReactNode } from "react";
import { useState } from "react";

import { focus, onSubmit, text } from "../lib/forms";
import type { Limit } from "../lib/limits";
import { changedOf } from "../lib/limits";
import { LimitFields } from "./limit-fields";
import { LimitList } from "./limit-list";
import { Submit } from "./submit";

type Made = Pick<CapsOf, "effective" | "base" | "own">;

interface LimitsEditorProps {
  limits: readonly Limit[];
  made: Made;
  currency: string | null;
  /** What the limits are called that hold without one's own. */
  base: string;
  /** Said before the fields. */
  note: string;
  sending: { error: unknown; isPending: boolean };
  /** The form is about to be shown. */
  onOpen: () => void;
  /** `typed` reads from the form what was changed of one's own, and throws what it cannot read. */
  onSend: (typed: () => OwnCaps, form: FormData, onDone: () => void) => void;
  /** Shown below the limits, and fields below theirs. */
  more?: { shown: ReactNode; fields: ReactNode };
}

/** The limits in force, and a way to make them tighter. */
export function LimitsEditor(props: LimitsEditorProps) {
  // Null until it was asked for; who comes back finds the focus where they left.
  const [tightening, setTightening] = useState<boolean | null>(null);
  if (tightening) return <TightenForm {...props} onDone={() => setTightening(false)} />;
  const { limits, made, currency, base, more, onOpen } = props;
  const open = () => {
    onOpen();
    setTightening(true);
  };
  return (
    <>
      <LimitList limits={limits} made={made} currency={currency} base={base} />
      {more?.shown}
      <Button className="mt-2" ref={tightening === false ? focus : null} onClick={open} data-testid="tighten">
        Set tighter ones
      </Button>
    </>
  );
}

function TightenForm({ limits, made, currency, base, note, sending, onSend, more, onDone }: LimitsEditorProps & { onDone: () => void }) {
  // What is typed is read as it was asked for, whatever the hub tells meanwhile.
  const [asked] = useState({ made, currency });
  const send = onSubmit((form) => onSend(() => changedOf(limits, asked.made.own, (name) => text(form, name), asked.currency), form, onDone));
  return (
    <form onSubmit={send} className="grid gap-4">
      <p className="text-sm text-muted">{note}</p>
      <LimitFields limits={limits} made={asked.made} currency={asked.currency} base={base} thrown={sending.error} />
      {more?.fields}
      <Submit sending={sending} text="Set my limits" busy="Setting…" testId="tighten-submit" />
      <Button onClick={onDone}>Cancel</Button>
    </form>
  );
}
