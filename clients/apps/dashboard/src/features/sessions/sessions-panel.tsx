import { Button } from "@caerus/ui/button";
import { Panel } from "@caerus/ui/panel";
import { SkeletonList } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";

import { Failure } from "../../components/failure";
import { SessionRow } from "./session-row";
import { sessionsQuery } from "./sessions-query";
import { useEndSession } from "./use-end-session";

/** Where one is signed in. */
export function SessionsPanel() {
  const sessions = useQuery(sessionsQuery);
  const end = useEndSession();
  const items = sessions.data?.items ?? [];
  const endOthers = (
    <Button disabled={end.isPending} onClick={() => end.mutate("others")} data-testid="end-others">
      End all others
    </Button>
  );
  return (
    <Panel title="Your sessions" aside={items.length > 1 && endOthers}>
      {sessions.isPending && <SkeletonList label="Loading sessions" rows={2} className="h-14" />}
      {sessions.isError && !sessions.data && <Failure thrown={sessions.error} retry={() => void sessions.refetch()} />}
      <ul className="grid" aria-label="Sessions">
        {items.map((each) => (
          <SessionRow key={each.id} session={each} busy={end.isPending} onEnd={() => end.mutate(each.id)} />
        ))}
      </ul>
    </Panel>
  );
}
