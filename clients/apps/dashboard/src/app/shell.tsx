import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";

import { Logo } from "../components/logo";
import { meQuery } from "../lib/me-query";
import { ClosingPositions } from "../features/closures/closing-positions";
import { ConnectionState } from "../features/connection/connection-state";
import { SilentTerminals } from "../features/terminals/silent-terminals";
import { session } from "../lib/services";
import { useLive } from "./use-live";
import { useTitle } from "./use-title";

export function Shell() {
  useLive();
  useTitle();
  return (
    <div className="grid min-h-svh grid-rows-[auto_1fr_auto]">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:m-2 focus:rounded focus:bg-panel focus:p-2">
        Skip to the content
      </a>
      <div className="sticky top-0 z-10">
        <Header />
        <ClosingPositions />
        <SilentTerminals />
      </div>
      <main id="main" className="mx-auto w-full max-w-7xl min-w-0 px-4 py-4 sm:py-6">
        <Outlet />
      </main>
      <footer className="border-t border-line px-4 py-4 text-center text-xs text-muted">
        Signals are not advice; these strategies show no edge before costs on the data we have.
      </footer>
    </div>
  );
}

const TABS = [
  { to: "/", text: "Signals" },
  { to: "/executions", text: "Executions" },
  { to: "/terminals", text: "Terminals" },
  { to: "/trading", text: "Trading" },
  { to: "/account", text: "Account" },
] as const;

function Header() {
  const { pathname } = useLocation();
  const current = TABS.find(({ to }) => to !== "/" && pathname.startsWith(to)) ?? TABS[0];
  return (
    <header className="border-b border-line bg-bg/90 backdrop-blur">
      <div className="mx-auto flex w-full max-w-7xl flex-wrap items-center gap-x-6 gap-y-1 px-4 py-2">
        <Link to="/" aria-label="Caerus, open signals" className="flex rounded text-lg">
          <Logo />
        </Link>
        <nav aria-label="Pages" className="order-last -mx-2 flex w-full justify-between sm:order-none sm:mx-0 sm:w-auto sm:gap-1">
          {TABS.map((tab) => (
            <Tab key={tab.to} {...tab} current={tab === current} />
          ))}
        </nav>
        <div className="ml-auto flex items-center gap-3">
          <ConnectionState />
          <Account />
        </div>
      </div>
    </header>
  );
}

interface TabProps {
  to: (typeof TABS)[number]["to"];
  text: string;
  current: boolean;
}

/** A signal's page belongs to the list it was opened from, so being current is not a match of paths. */
function Tab({ to, text, current }: TabProps) {
  return (
    <Link
      to={to}
      aria-current={current ? "page" : undefined}
      className={`rounded-lg px-1 py-1.5 text-xs font-medium min-[28rem]:px-2 min-[28rem]:text-sm sm:px-3 hover:text-text ${current ? "bg-raised text-text" : "text-muted"}`}
    >
      {text}
    </Link>
  );
}

function Account() {
  const me = useQuery(meQuery).data;
  return (
    <div className="flex items-center gap-3 text-xs">
      {me && <span className="hidden max-w-48 truncate text-muted lg:inline">{me.email}</span>}
      <button type="button" onClick={() => void session.logout().catch(() => undefined)} className="min-h-8 rounded-lg px-2 font-semibold text-muted hover:text-text">
        Sign out
      </button>
    </div>
  );
}
