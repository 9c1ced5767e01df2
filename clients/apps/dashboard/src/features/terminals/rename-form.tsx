import { fieldError } from "@caerus/api/problem";
import type { Device } from "@caerus/api/types";
import { Button } from "@caerus/ui/button";

import { Submit } from "../../components/submit";
import { focus, onSubmit, text } from "../../lib/forms";
import { useRename } from "./acts";
import { NameField } from "./name-field";

export function RenameForm({ device, onDone }: { device: Device; onDone: () => void }) {
  const rename = useRename(device.id);
  const send = onSubmit((form) => rename.mutate(text(form, "name").trim(), { onSuccess: onDone }));
  return (
    <form onSubmit={send} className="grid max-w-sm gap-3">
      <NameField ref={focus} defaultValue={device.name} error={fieldError(rename.error, "/name")} data-testid="new-name" />
      <Submit sending={rename} text="Rename" busy="Renaming…" testId="rename-submit" beside={["/name"]} />
      <Button onClick={onDone}>Cancel</Button>
    </form>
  );
}
