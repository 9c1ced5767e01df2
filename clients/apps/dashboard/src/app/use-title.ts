import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { openSignalsQuery } from "../lib/open-signals-query";

/** Say in the tab how many signals wait for a decision. */
export function useTitle(): void {
  const signals = useQuery(openSignalsQuery).data?.items ?? [];
  const waiting = signals.filter((signal) => signal.my_decision === null).length;
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) Caerus` : "Caerus";
  }, [waiting]);
}
