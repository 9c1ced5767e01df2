import { Age } from "./time-left";

export interface Stop {
  key: string;
  title: string;
  text: string;
  /** Since when, where that is known. */
  since: string | null;
}

/** What stops something, why, and since when; nothing where nothing does. */
export function StopList({ stops, label }: { stops: readonly Stop[]; label: string }) {
  if (stops.length === 0) return null;
  return (
    <ul className="grid gap-2" aria-label={label}>
      {stops.map(({ key, title, text, since }) => (
        <li key={key} data-stop={key} className="rounded-lg bg-warn-soft px-3 py-2 text-sm">
          <p className="flex flex-wrap justify-between gap-x-4 font-semibold text-warn">
            <span className="min-w-0 wrap-anywhere">{title}</span>
            {since && (
              <span className="text-xs font-normal tabular-nums">
                <Age since={since} />
              </span>
            )}
          </p>
          <p className="mt-0.5 wrap-anywhere">{text}</p>
        </li>
      ))}
    </ul>
  );
}
