import type { Finding } from "@caerus/api/types";
import { Badge } from "@caerus/ui/badge";

import { figuresText, findingSubject, findingTitle } from "./findings";

/** What keeps the certificate away is seen at once, what does not is folded. */
export function FindingList({ findings }: { findings: Finding[] }) {
  const blocks = findings.filter(({ severity }) => severity === "block");
  const warnings = findings.filter(({ severity }) => severity === "warn");
  return (
    <>
      <Rows findings={blocks} label="What has to be mended" />
      {warnings.length > 0 && (
        <details>
          <summary className="min-h-6 text-sm font-medium" data-testid="warnings">
            {warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`}
          </summary>
          <div className="mt-2">
            <Rows findings={warnings} label="Warnings" />
          </div>
        </details>
      )}
    </>
  );
}

function Rows({ findings, label }: { findings: Finding[]; label: string }) {
  if (findings.length === 0) return null;
  return (
    <ul className="grid gap-2" aria-label={label}>
      {findings.map((each) => (
        <Row key={`${each.reason} ${each.instrument} ${each.symbol}`} finding={each} />
      ))}
    </ul>
  );
}

function Row({ finding }: { finding: Finding }) {
  const { reason, severity, mend } = finding;
  const subject = findingSubject(finding);
  const figures = figuresText(finding);
  return (
    <li data-testid="finding" data-reason={reason} data-severity={severity} className="grid gap-1 rounded-lg border border-line px-3 py-2 text-sm">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Badge tone={severity === "block" ? "sell" : "warn"}>{severity === "block" ? "Blocks" : "Warning"}</Badge>
        {subject && <span className="font-semibold wrap-anywhere">{subject}</span>}
        <span>{findingTitle(finding)}</span>
      </p>
      <p className="wrap-anywhere">{mend}</p>
      {figures && <p className="text-xs wrap-anywhere text-muted tabular-nums">{figures}</p>}
    </li>
  );
}
