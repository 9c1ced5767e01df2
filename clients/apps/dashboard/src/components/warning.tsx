/** Something to mend, in a sentence; nothing where there is none. */
export function Warning({ text }: { text: string | null }) {
  return text && <p className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">{text}</p>;
}
