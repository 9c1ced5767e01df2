import { unwrap } from "@caerus/api/client";
import { queryOptions } from "@tanstack/react-query";

import { keys } from "../../lib/keys";
import { api } from "../../lib/services";

export const consentQuery = queryOptions({
  queryKey: keys.consent,
  queryFn: () => unwrap(api.GET("/api/v1/consent")),
});
