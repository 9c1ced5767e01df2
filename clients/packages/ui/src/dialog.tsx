import type { ReactNode } from "react";
import { useId, useLayoutEffect, useRef } from "react";

interface DialogProps {
  title: string;
  onCancel: () => void;
  children: ReactNode;
}

/** A question that must be answered first: the rest of the page waits, Escape cancels, focus comes back. */
export function Dialog({ title, onCancel, children }: DialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onCancel();
      }}
      className="m-auto w-[calc(100%-2rem)] max-w-sm rounded-2xl border border-line bg-panel p-6 text-text shadow-lg backdrop:bg-black/50"
    >
      <h2 id={id} className="mb-4 text-lg font-semibold">
        {title}
      </h2>
      {children}
    </dialog>
  );
}
