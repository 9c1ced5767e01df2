import { useNow } from "../lib/hooks";
import { span } from "../lib/format";

const SOON = 15 * 60_000;

export function Age({ since }: { since: string }) {
  const now = useNow();
  return <time dateTime={since}>{span(now - Date.parse(since))} ago</time>;
}

export function TimeLeft({ until }: { until: string }) {
  const left = Date.parse(until) - useNow();
  if (left <= 0) return <span className="text-muted">expired</span>;
  return (
    <time dateTime={until} className={left < SOON ? "font-semibold text-warn" : ""}>
      expires in {span(left)}
    </time>
  );
}
