import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { devicesQuery } from "../../lib/devices-query";
import { moment } from "../../lib/format";
import { silentOnes } from "./terminal";

/** On every page: orders wait for a terminal that the hub does not hear, and somebody has to look. */
export function SilentTerminals() {
  const devices = useQuery({ ...devicesQuery, refetchInterval: false }).data?.items ?? [];
  const silent = silentOnes(devices);
  if (silent.length === 0) return null;
  return (
    <ul role="status" data-testid="silent-terminals" className="border-b border-line bg-warn-soft text-sm text-warn">
      {silent.map(({ id, name, last_seen_at }) => (
        <li key={id} className="mx-auto w-full max-w-7xl px-4 py-2 wrap-anywhere">
          <span className="font-semibold">{name}</span> has not been heard since {moment(last_seen_at)}. Orders wait for it.{" "}
          <Link to="/terminals" className="font-semibold underline">
            Look at it
          </Link>
        </li>
      ))}
    </ul>
  );
}
