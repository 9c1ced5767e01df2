import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api } from "../../lib/services";

export type Theme = "light" | "dark";

/** The hub keeps a point every five minutes. */
const EVERY = 5 * 60_000;

/** What an account was worth, as the hub draws it: a picture that stands in its own address, since it is fetched with a token. */
export function equityQuery(account_id: string, days: number, theme: Theme) {
  return queryOptions({
    queryKey: keys.equityChart(account_id, days, theme),
    queryFn: async () => addressOf(await unwrap(api.GET("/api/v1/charts/equity", { params: { query: { account_id, days, theme } }, parseAs: "blob" }))),
    staleTime: EVERY,
    refetchInterval: EVERY,
  });
}

function addressOf(picture: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result)));
    reader.addEventListener("error", () => reject(reader.error ?? new Error("The picture could not be read")));
    reader.readAsDataURL(picture);
  });
}
