import { Badge } from "@caerus/ui/badge";

interface WhoseBadgeProps {
  effective: number | string;
  /** Null: nothing of one's own. */
  own: number | string | null;
}

/** Whose a value in force is: the house's may have become tighter than one's own. */
export function WhoseBadge({ effective, own }: WhoseBadgeProps) {
  return own === effective ? <Badge tone="accent">Yours</Badge> : <Badge>House</Badge>;
}
