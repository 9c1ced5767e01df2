import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "./keys";
import { api } from "./services";

/** The person's terminals, revoked ones too. No event tells that one was heard. */
export const devicesQuery = queryOptions({
  queryKey: keys.devices,
  queryFn: () => unwrap(api.GET("/api/v1/devices/me")),
  staleTime: 0,
  refetchInterval: 15_000,
});
