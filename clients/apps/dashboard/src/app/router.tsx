import { EmptyState } from "@caerus/ui/notice";
import { createRootRoute, createRoute, createRouter, Link } from "@tanstack/react-router";

import { ExecutionsPage } from "./executions-page";
import { Shell } from "./shell";
import { SignalPage } from "./signal-page";
import { NoSignalChosen, SignalsPage } from "./signals-page";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });
const signals = createRoute({ getParentRoute: () => root, id: "open", component: SignalsPage });
const none = createRoute({ getParentRoute: () => signals, path: "/", component: NoSignalChosen });
const signal = createRoute({ getParentRoute: () => signals, path: "/signals/$signalId", component: SignalPage });
const executions = createRoute({ getParentRoute: () => root, path: "/executions", component: ExecutionsPage });

export const router = createRouter({
  routeTree: root.addChildren([signals.addChildren([none, signal]), executions]),
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function NotFound() {
  return (
    <EmptyState title="There is no such page">
      <Link to="/" className="font-semibold text-accent underline">
        Go to the open signals
      </Link>
    </EmptyState>
  );
}
