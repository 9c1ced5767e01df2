import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { accountsQuery } from "../../lib/accounts-query";
import { span } from "../../lib/format";
import { useNow } from "../../lib/hooks";
import { closuresQuery } from "./closures-query";
import { groupsOf, reasonText, subjectText } from "./words";
import type { Group } from "./words";

/** On every page: positions that are about to be closed, whatever anybody does, and those that could not be yet. */
export function ClosingPositions() {
  const groups = groupsOf(useQuery(closuresQuery).data ?? []);
  if (groups.length === 0) return null;
  return (
    <div role="alert" data-testid="closing-positions" className="border-b border-line bg-sell-soft text-sm">
      <ul aria-label="Positions that must be closed">
        {groups.map((group) => (
          <Row key={group.key} group={group} />
        ))}
      </ul>
    </div>
  );
}

function Row({ group }: { group: Group }) {
  const accounts = useQuery({ ...accountsQuery, refetchInterval: false }).data?.items ?? [];
  const name = accounts.find(({ id }) => id === group.account_id)?.name ?? null;
  return (
    <li className="mx-auto w-full max-w-7xl px-4 py-2 wrap-anywhere">
      <span className="font-semibold text-sell">{subjectText(group, name)}</span> {group.stuck ? <Stuck /> : <Due at={group.due_at} />}: {reasonText(group.reason)}.{" "}
      {group.stuck && (
        <Link to="/terminals" className="font-semibold text-sell underline">
          Look at the terminal
        </Link>
      )}
    </li>
  );
}

/** The seconds are not read out each time: a timer is silent by itself. */
function Due({ at }: { at: string }) {
  const left = Date.parse(at) - useNow();
  if (left <= 0) return <>must be closed now</>;
  return (
    <>
      will be closed in{" "}
      <span role="timer" aria-live="off" className="font-semibold tabular-nums">
        {span(left + 999)}
      </span>
    </>
  );
}

function Stuck() {
  return <>must be closed and could not be yet; the terminal is told again and again</>;
}
