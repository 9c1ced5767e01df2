import type { ComponentProps } from "react";
import { useId } from "react";

interface FieldProps extends ComponentProps<"input"> {
  label: string;
  hint?: string;
  suffix?: string;
}

export function Field({ label, hint, suffix, className = "", ...input }: FieldProps) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <div className="flex items-center rounded-lg border border-line bg-bg focus-within:outline-2 focus-within:outline-accent">
        <input
          id={id}
          aria-describedby={hint ? `${id}-hint` : undefined}
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
    </div>
  );
}
