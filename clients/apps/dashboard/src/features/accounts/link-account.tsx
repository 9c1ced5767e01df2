import { fieldError } from "@caerus/api/problem";
import { Field } from "@caerus/ui/field";

import { Submit } from "../../components/submit";
import { onSubmit, text } from "../../lib/forms";
import { useLink } from "./acts";
import { ShownTag } from "./shown-tag";

/** `pattern` is what the hub takes, so that the browser can say what is wrong. */
const FIELDS = [
  { name: "name", label: "Name", hint: "What you call it.", maxLength: 64, pattern: ".*\\S.*", title: "A name" },
  { name: "broker", label: "Broker", hint: undefined, maxLength: 64, pattern: ".*\\S.*", title: "The broker's name" },
  {
    name: "server",
    label: "Server",
    hint: "As MetaTrader's Navigator has it, such as Broker-Demo.",
    maxLength: 64,
    pattern: "\\s*[A-Za-z0-9][A-Za-z0-9 ._\\-]*",
    title: "The server's name: letters, digits, spaces, dots, dashes",
  },
  { name: "login", label: "Login", hint: "The number. A password is never asked for.", maxLength: 20, pattern: "\\s*[1-9][0-9]*\\s*", title: "The account's number" },
] as const;
const POINTERS = FIELDS.map(({ name }) => `/${name}`);

/** `first`: there is none yet, so this is what there is to do. */
export function LinkAccount({ first }: { first: boolean }) {
  const link = useLink();
  if (link.data) return <ShownTag linked={link.data} onKept={link.reset} />;
  const send = onSubmit((form) => {
    const typed = (name: string) => text(form, name).trim();
    link.mutate({ name: typed("name"), broker: typed("broker"), server: typed("server"), login: typed("login") });
  });
  return (
    <details open={first} className="rounded-lg border border-line px-3 py-2">
      <summary className="min-h-6 text-sm font-medium" data-testid="link-account">
        Link an account
      </summary>
      <form onSubmit={send} className="mt-3 mb-1 grid max-w-sm gap-3">
        {FIELDS.map((field) => (
          <Field
            key={field.name}
            {...field}
            required
            autoComplete="off"
            inputMode={field.name === "login" ? "numeric" : "text"}
            error={fieldError(link.error, `/${field.name}`)}
            data-testid={`link-${field.name}`}
          />
        ))}
        <Submit sending={link} text="Link" busy="Linking…" testId="link-submit" beside={POINTERS} />
      </form>
    </details>
  );
}
