import type { Device } from "@caerus/api/types";
import { Button } from "@caerus/ui/button";
import { useState } from "react";

import { AskOnceMore } from "../../components/ask-once-more";
import { Refusal } from "../../components/refusal";
import { focus } from "../../lib/forms";
import { useRevoke, useRotate } from "./acts";
import { RenameForm } from "./rename-form";
import { NewKey } from "./shown-key";

/** What can be done to a terminal, one at a time. */
export function TerminalActions({ device }: { device: Device }) {
  const rotate = useRotate(device.id);
  const [doing, setDoing] = useState<"rename" | "revoke" | null>(null);
  // Who comes back finds the focus where they left.
  const [left, setLeft] = useState(doing);
  const leave = () => {
    setLeft(doing);
    setDoing(null);
  };
  if (rotate.data) return <NewKey registered={rotate.data} onKept={rotate.reset} />;
  if (doing === "rename") return <RenameForm device={device} onDone={leave} />;
  if (doing === "revoke") return <Revoke device={device} onKeep={leave} />;
  return (
    <>
      <Refusal thrown={rotate.error} />
      <div className="flex flex-wrap gap-2">
        <Button ref={left === "rename" ? focus : null} onClick={() => setDoing("rename")} aria-label={`Rename ${device.name}`}>
          Rename
        </Button>
        <Button busy={rotate.isPending} onClick={() => rotate.mutate()} aria-label={`New key for ${device.name}`}>
          New key
        </Button>
        <Button tone="sell" ref={left === "revoke" ? focus : null} onClick={() => setDoing("revoke")} aria-label={`Revoke ${device.name}`}>
          Revoke
        </Button>
      </div>
    </>
  );
}

function Revoke({ device, onKeep }: { device: Device; onKeep: () => void }) {
  const revoke = useRevoke(device.id);
  return (
    <AskOnceMore act="Revoke for good" keep="Keep it" sending={revoke} onConfirm={() => revoke.mutate()} onKeep={onKeep} testId="revoke-confirm">
      From now on the hub believes nothing that this terminal sends, and gives it no more orders. What is open at the broker stays open
      there, with its stops and targets. This cannot be taken back; you can register the terminal anew.
    </AskOnceMore>
  );
}
