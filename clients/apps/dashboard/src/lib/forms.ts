/** What a form was filled with. */
import type { FormEvent } from "react";

/** Hand over what was filled in; the fields keep it, so that a refused form need not be filled in again. */
export function onSubmit(send: (form: FormData) => void): (event: FormEvent<HTMLFormElement>) => void {
  return (event) => {
    event.preventDefault();
    send(new FormData(event.currentTarget));
  };
}

/** The field's value as it was typed. */
export function text(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** As a ref: the element has the focus when it appears. */
export function focus(element: HTMLElement | null): void {
  element?.focus();
}
