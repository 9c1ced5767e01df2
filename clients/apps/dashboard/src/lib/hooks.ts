import type { Observable } from "@caerus/api/observable";
import { retryAt } from "@caerus/api/problem";
import type { TopicName } from "@caerus/api/topics";
import { useEffect, useState, useSyncExternalStore } from "react";

import { follow } from "./services";

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

/** Whole seconds until the hub takes another attempt after this refusal; 0 when it takes one now. */
export function useWait(thrown: unknown): number {
  const until = retryAt(thrown) ?? 0;
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (until === 0) return;
    const look = () => setNow(Date.now());
    const timer = setInterval(look, 250);
    look();
    return () => clearInterval(timer);
  }, [until]);
  return now === 0 ? 0 : Math.max(0, Math.ceil((until - now) / 1000));
}

/** Follow a topic of the stream while the component is shown. */
export function useTopic(topic: TopicName | null): void {
  useEffect(() => (topic ? follow(topic) : undefined), [topic]);
}
