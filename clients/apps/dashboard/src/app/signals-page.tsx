import { Outlet, useParams } from "@tanstack/react-router";

import { EmptyState } from "@caerus/ui/notice";

import { SignalList } from "../features/signals/signal-list";

/** The list, and beside it on wide screens the chosen signal. */
export function SignalsPage() {
  const chosen = useParams({ strict: false }).signalId !== undefined;
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,24rem)_minmax(0,1fr)]">
      <section aria-labelledby="open-signals" className={chosen ? "hidden lg:block" : ""}>
        <h1 id="open-signals" className="mb-3 text-xl font-semibold">
          Open signals
        </h1>
        <SignalList />
      </section>
      <div className={chosen ? "min-w-0" : "hidden lg:block"}>
        <Outlet />
      </div>
    </div>
  );
}

export function NoSignalChosen() {
  return (
    <div className="lg:pt-10">
      <EmptyState title="No signal chosen">Choose one from the list to see its chart and levels, and to decide.</EmptyState>
    </div>
  );
}
