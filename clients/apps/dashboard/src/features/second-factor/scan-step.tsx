import { fieldError } from "@caerus/api/problem";
import type { Enrolment } from "@caerus/api/types";

import { CodeField } from "../../components/code-field";
import { QrCode } from "../../components/qr-code";
import { Submit } from "../../components/submit";
import { onSubmit, text } from "../../lib/forms";

interface ScanStepProps {
  enrolment: Enrolment;
  confirming: { error: unknown; isPending: boolean; mutate: (code: string) => void };
}

/** The seed on its way to the app, and the first code back. */
export function ScanStep({ enrolment, confirming }: ScanStepProps) {
  return (
    <div className="grid gap-5 sm:grid-cols-[13rem_minmax(0,1fr)] sm:items-start">
      <QrCode text={enrolment.uri} label="QR code for your authenticator app; the same key stands beside it as text" />
      <div className="grid gap-4">
        <div className="text-sm">
          <p>Scan this with your authenticator app, or type the key in:</p>
          <p className="mt-2 rounded-lg bg-raised px-3 py-2 font-mono text-sm wrap-anywhere" data-testid="mfa-secret">
            {grouped(enrolment.secret)}
          </p>
          <a href={enrolment.uri} className="mt-2 inline-block rounded py-1 font-medium text-accent underline underline-offset-2">
            The app is on this device: open it
          </a>
        </div>
        <form onSubmit={onSubmit((form) => confirming.mutate(text(form, "code").trim()))} className="grid gap-4">
          <CodeField testId="mfa-code" focused error={fieldError(confirming.error, "/code")} />
          <Submit sending={confirming} text="Confirm" busy="Checking…" testId="mfa-confirm" beside={["/code"]} />
        </form>
      </div>
    </div>
  );
}

/** Fours are easier to type. */
function grouped(secret: string): string {
  return secret.replace(/.{4}(?=.)/g, "$& ");
}
