import { Button } from "@caerus/ui/button";

import { Failure } from "./failure";

interface ShowOlderProps {
  busy: boolean;
  thrown: unknown;
  onClick: () => void;
}

/** The end of a list that goes on. */
export function ShowOlder({ busy, thrown, onClick }: ShowOlderProps) {
  if (thrown) return <Failure thrown={thrown} retry={onClick} />;
  return (
    <Button className="w-full" disabled={busy} onClick={onClick} data-testid="show-older">
      {busy ? "Loading…" : "Show older"}
    </Button>
  );
}
