/**
 * The token in the link of a letter. It is taken out of the address as this file is loaded, before a router looks
 * at it: neither history nor a glance keeps it.
 */
import { Observable } from "@caerus/api/observable";

import { tokenIn } from "./letter-link";

/** Good until it is used or the page is left. */
export const letterToken = new Observable<string | null>(null);

function take(): void {
  const token = tokenIn(location);
  if (!token) return;
  letterToken.set(token);
  history.replaceState(history.state, "", location.pathname);
}

take();
// Another letter's link may be opened in the same tab later.
addEventListener("hashchange", take);
