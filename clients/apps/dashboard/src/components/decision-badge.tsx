import type { Signal } from "@caerus/api/types";
import { Badge } from "@caerus/ui/badge";

/** How a signal stands for this user, when there is something to say. */
export function DecisionBadge({ signal }: { signal: Signal }) {
  return (
    <>
      {signal.status !== "open" && <Badge tone="warn">{signal.status === "expired" ? "Expired" : "Cancelled"}</Badge>}
      {signal.my_decision === "approved" && <Badge tone="accent">Approved</Badge>}
      {signal.my_decision === "rejected" && <Badge>Rejected</Badge>}
    </>
  );
}
