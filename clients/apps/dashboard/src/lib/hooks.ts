import type { Observable } from "@caerus/api/observable";
import { useEffect, useState, useSyncExternalStore } from "react";

import { live } from "./services";

export function useObservable<Value>(observable: Observable<Value>): Value {
  return useSyncExternalStore(observable.subscribe, observable.get);
}

/** The time now in milliseconds, anew every second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** Follow a topic of the stream while the component is shown. */
export function useTopic(topic: string | null): void {
  useEffect(() => (topic ? live.follow(topic) : undefined), [topic]);
}
