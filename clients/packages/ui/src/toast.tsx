import { createContext, use, useCallback, useEffect, useMemo, useState } from "react";
import type { ReactNode } from "react";

export interface ToastMessage {
  tone: "error" | "plain";
  title: string;
  detail?: string | undefined;
}

type Shown = ToastMessage & { id: number };
type Show = (message: ToastMessage) => void;

const ToastContext = createContext<Show>(() => undefined);
const SHOWN_FOR = 8_000;
const MOST = 3;
let nextId = 1;

export function useToast(): Show {
  return use(ToastContext);
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown[]>([]);
  const show = useCallback<Show>((message) => {
    setShown((before) => [...before, { ...message, id: nextId++ }].slice(-MOST));
  }, []);
  const close = useCallback((id: number) => setShown((before) => before.filter((toast) => toast.id !== id)), []);
  const list = useMemo(() => shown.map((toast) => <Toast key={toast.id} toast={toast} close={close} />), [shown, close]);
  return (
    <ToastContext value={show}>
      {children}
      <div aria-live="assertive" className="fixed inset-x-4 bottom-4 z-50 grid justify-items-end gap-2 sm:left-auto sm:w-96">
        {list}
      </div>
    </ToastContext>
  );
}

function Toast({ toast, close }: { toast: Shown; close: (id: number) => void }) {
  useEffect(() => {
    const timer = setTimeout(() => close(toast.id), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [toast.id, close]);
  return (
    <div
      data-testid="toast"
      className={`flex w-full items-start gap-3 rounded-xl border bg-panel p-4 text-sm shadow-lg ${toast.tone === "error" ? "border-sell/60" : "border-line"}`}
    >
      <div className="grow">
        <p className={`font-semibold ${toast.tone === "error" ? "text-sell" : ""}`}>{toast.title}</p>
        {toast.detail && <p className="mt-0.5 text-muted">{toast.detail}</p>}
      </div>
      <button type="button" aria-label="Dismiss" onClick={() => close(toast.id)} className="-m-2 rounded p-2 text-muted hover:text-text">
        ✕
      </button>
    </div>
  );
}
