import { useMutation } from "@tanstack/react-query";
import type { QueryKey } from "@tanstack/react-query";

import { loadAgain, withOlder } from "./paging";
import type { Load, Paged } from "./paging";
import { queryClient } from "./services";

/** A query's function for a list that `useOlder` lets grow. */
export function pagedQuery<Item extends { id: string }>(key: QueryKey, load: Load<Item>) {
  return () => loadAgain(queryClient.getQueryData<Paged<Item>>(key)?.items.length ?? 0, load);
}

/** Load the page before the oldest that is kept under `key`. */
export function useOlder<Item extends { id: string }>(key: QueryKey, load: Load<Item>) {
  return useMutation({
    mutationFn: async () => {
      const cursor = queryClient.getQueryData<Paged<Item>>(key)?.next_cursor;
      return cursor ? load(cursor) : null;
    },
    onSuccess: (older) => {
      if (older) queryClient.setQueryData<Paged<Item>>(key, (kept) => kept && withOlder(kept, older));
    },
  });
}
