import type { ComponentProps, ReactNode } from "react";
import { useId } from "react";

interface FieldProps extends ComponentProps<"input"> {
  label: string;
  hint?: string | undefined;
  /** What is wrong with the value; read out when it appears. */
  error?: string | undefined;
  suffix?: ReactNode;
}

export function Field({ label, hint, error, suffix, className = "", ...input }: FieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <div
        className={`flex items-center rounded-lg border bg-bg focus-within:outline-2 focus-within:outline-accent ${error ? "border-sell" : "border-line"}`}
      >
        <input
          id={id}
          aria-describedby={described || undefined}
          aria-invalid={error ? true : undefined}
          className="min-h-10 w-full min-w-0 bg-transparent px-3 text-base outline-none placeholder:text-muted sm:text-sm"
          {...input}
        />
        {suffix && <span className="pr-3 text-sm text-muted">{suffix}</span>}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-xs text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="mt-1 text-sm text-sell">
          {error}
        </p>
      )}
    </div>
  );
}
