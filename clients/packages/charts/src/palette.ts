/** The chart's colours, read from the page so that one theme rules both. */
export interface Palette {
  panel: string;
  text: string;
  muted: string;
  line: string;
  accent: string;
  buy: string;
  sell: string;
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    panel: read("panel"),
    text: read("text"),
    muted: read("muted"),
    line: read("line"),
    accent: read("accent"),
    buy: read("buy"),
    sell: read("sell"),
  };
}

/** Call `act` whenever the system turns light or dark; returns how to stop. */
export function onSchemeChange(act: () => void): () => void {
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", act);
  return () => query.removeEventListener("change", act);
}
