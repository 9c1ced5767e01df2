import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { closingsOf } from "../../lib/closings";
import { keys } from "../../lib/keys";
import { api } from "../../lib/services";

/** What must be closed of the person's, among the newest closures. Events tell each step. */
export const closuresQuery = queryOptions({
  queryKey: keys.closures,
  queryFn: async () => closingsOf((await unwrap(api.GET("/api/v1/closures", { params: { query: { limit: 200 } } }))).items),
});
