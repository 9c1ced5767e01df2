import { Button } from "@caerus/ui/button";

import { focus } from "../lib/forms";
import { CopyButton } from "./copy-button";

interface RecoveryCodesProps {
  codes: readonly string[];
  onKept: () => void;
}

/** Shown this once: copy them, or keep them as a file. */
export function RecoveryCodes({ codes, onKept }: RecoveryCodesProps) {
  return (
    <div className="grid gap-4">
      <div>
        <h3 ref={focus} tabIndex={-1} className="font-semibold">
          Keep your recovery codes
        </h3>
        <p className="mt-1 text-sm text-muted">
          Without your phone each of them signs you in once. They are not shown again: keep them where you keep your passwords.
        </p>
      </div>
      <ul aria-label="Recovery codes" data-testid="recovery-codes" className="grid gap-x-6 gap-y-1 rounded-lg bg-raised p-3 font-mono text-xs sm:grid-cols-[repeat(auto-fill,minmax(14rem,1fr))]">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-3">
        <CopyButton text={codes.join("\n")} />
        <Button onClick={() => download(`${codes.join("\n")}\n`)}>Download</Button>
        <Button tone="primary" onClick={onKept} data-testid="codes-kept">
          I have kept them
        </Button>
      </div>
    </div>
  );
}

/** As a blob: a browser remembers the addresses of downloads, and these must not stand in one. */
function download(text: string): void {
  const href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  Object.assign(document.createElement("a"), { href, download: "caerus-recovery-codes.txt" }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
