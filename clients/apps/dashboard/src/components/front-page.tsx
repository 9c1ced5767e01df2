import type { ReactNode } from "react";
import { useEffect, useRef } from "react";

import { Logo } from "./logo";

interface FrontPageProps {
  title: string;
  /** Where else one may want to go. */
  links?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

/** A page for those who are not inside yet: one card, one thing to do. */
export function FrontPage({ title, links, wide = false, children }: FrontPageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Caerus`;
    // What had the focus went with the card before this one: go on from here, not from the top of the window.
    if (document.activeElement === document.body) heading.current?.focus();
  }, [title]);
  return (
    <main className={`mx-auto grid min-h-svh w-full content-center gap-6 px-4 py-10 ${wide ? "max-w-lg" : "max-w-sm"}`}>
      <Logo className="justify-self-center text-2xl" />
      <div className="grid gap-4 rounded-2xl border border-line bg-panel p-6">
        <h1 ref={heading} tabIndex={-1} className="text-lg font-semibold outline-none">{title}</h1>
        {children}
      </div>
      {links && <div className="flex flex-wrap justify-center gap-x-6 gap-y-2 text-sm">{links}</div>}
      <p className="text-center text-xs text-muted">Signals are not advice; these strategies show no edge before costs on the data we have.</p>
    </main>
  );
}
