import { EmptyState } from "@caerus/ui/notice";
import { createRootRoute, createRoute, createRouter, Link } from "@tanstack/react-router";

import { ForgotPassword } from "../features/registration/forgot-password";
import { Register } from "../features/registration/register";
import { ResetPassword } from "../features/registration/reset-password";
import { VerifyEmail } from "../features/registration/verify-email";
import { AccountPage } from "./account-page";
import { CopyingPage } from "./copying-page";
import { ExecutionsPage } from "./executions-page";
import { Inside } from "./inside";
import { Root } from "./root";
import { SignalPage } from "./signal-page";
import { NoSignalChosen, SignalsPage } from "./signals-page";
import { TerminalsPage } from "./terminals-page";
import { AllTrades, TradingPage } from "./trading-page";

const root = createRootRoute({ component: Root });

// For anybody.
const front = [
  createRoute({ getParentRoute: () => root, path: "/register", component: Register }),
  createRoute({ getParentRoute: () => root, path: "/verify-email", component: VerifyEmail }),
  createRoute({ getParentRoute: () => root, path: "/forgot-password", component: ForgotPassword }),
  createRoute({ getParentRoute: () => root, path: "/reset-password", component: ResetPassword }),
] as const;

// For those who are signed in.
const inside = createRoute({ getParentRoute: () => root, id: "inside", component: Inside });
const signals = createRoute({ getParentRoute: () => inside, id: "open", component: SignalsPage });
const none = createRoute({ getParentRoute: () => signals, path: "/", component: NoSignalChosen });
const signal = createRoute({ getParentRoute: () => signals, path: "/signals/$signalId", component: SignalPage });
const executions = createRoute({ getParentRoute: () => inside, path: "/executions", component: ExecutionsPage });
const terminals = createRoute({ getParentRoute: () => inside, path: "/terminals", component: TerminalsPage });
const trading = createRoute({ getParentRoute: () => inside, path: "/trading", component: TradingPage });
const allTrades = createRoute({ getParentRoute: () => trading, path: "/", component: AllTrades });
const copying = createRoute({ getParentRoute: () => trading, path: "/copying", component: CopyingPage });
const account = createRoute({ getParentRoute: () => inside, path: "/account", component: AccountPage });
const nowhere = createRoute({ getParentRoute: () => inside, path: "$", component: NotFound });

export const router = createRouter({
  routeTree: root.addChildren([
    ...front,
    inside.addChildren([signals.addChildren([none, signal]), executions, terminals, trading.addChildren([allTrades, copying]), account, nowhere]),
  ]),
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
