import type { Signal } from "@caerus/api/types";
import { EmptyState } from "@caerus/ui/notice";
import { Segmented } from "@caerus/ui/segmented";
import { SkeletonList } from "@caerus/ui/skeleton";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { KeyboardEvent } from "react";

import { Failure } from "../../components/failure";
import { ShowOlder } from "../../components/show-older";
import { SHOWS, visible } from "./filter";
import type { Show } from "./filter";
import { openSignalsQuery, useOlderSignals } from "../../lib/open-signals-query";
import { SignalRow } from "./signal-row";
import { useArrivals } from "./use-arrivals";

export function SignalList() {
  const query = useQuery(openSignalsQuery);
  const [show, setShow] = useState<Show>("all");
  const [search, setSearch] = useState("");
  const arrivals = useArrivals(query.data?.items);
  const older = useOlderSignals();
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Segmented label="Show signals" value={show} options={SHOWS} onChange={setShow} />
        <input
          type="search"
          aria-label="Search signals"
          placeholder="Instrument, side, strategy"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className="min-h-9 min-w-40 grow rounded-lg border border-line bg-panel px-3 text-base placeholder:text-muted sm:text-sm"
        />
      </div>
      <p aria-live="polite" className="sr-only">
        {arrivals.said}
      </p>
      {query.isPending && <SkeletonList label="Loading signals" className="h-36" />}
      {query.isError && !query.data && <Failure thrown={query.error} retry={() => void query.refetch()} />}
      {query.data && <Rows all={query.data.items} shown={visible(query.data.items, show, search)} fresh={arrivals.fresh} />}
      {query.data?.next_cursor && <ShowOlder busy={older.isPending} thrown={older.error} onClick={() => older.mutate()} />}
    </div>
  );
}

function Rows({ all, shown, fresh }: { all: Signal[]; shown: Signal[]; fresh: ReadonlySet<string> }) {
  if (all.length === 0) {
    return (
      <EmptyState title="No open signals">
        Leave this page open: a new signal appears here by itself, the moment a strategy finds a setup.
      </EmptyState>
    );
  }
  if (shown.length === 0) return <EmptyState title="No signal matches">Change the filter or clear the search.</EmptyState>;
  return (
    <ul aria-label="Open signals" className="grid gap-2" onKeyDown={moveByArrow}>
      {shown.map((signal) => (
        <li key={signal.id}>
          <SignalRow signal={signal} fresh={fresh.has(signal.id)} />
        </li>
      ))}
    </ul>
  );
}

/** Up and down go from row to row; Enter opens, as with any link. */
function moveByArrow(event: KeyboardEvent<HTMLUListElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("a")];
  const next = rows[rows.indexOf(document.activeElement as HTMLElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
