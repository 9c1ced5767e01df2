import { asProblem } from "@caerus/api/problem";
import { Button } from "@caerus/ui/button";
import { Field } from "@caerus/ui/field";
import { useMutation } from "@tanstack/react-query";

import { Logo } from "../../components/logo";
import { session } from "../../lib/services";

interface Credentials {
  email: string;
  password: string;
}

export function SignIn() {
  const signIn = useMutation({
    mutationFn: ({ email, password }: Credentials) => session.login(email, password),
  });
  const submit = (form: FormData) =>
    signIn.mutate({ email: String(form.get("email")).trim(), password: String(form.get("password")) });
  return (
    <main className="mx-auto grid min-h-svh w-full max-w-sm content-center gap-6 px-4 py-10">
      <Logo className="justify-self-center text-2xl" />
      <form action={submit} className="grid gap-4 rounded-2xl border border-line bg-panel p-6">
        <h1 className="text-lg font-semibold">Sign in</h1>
        <Field label="E-mail" name="email" type="email" autoComplete="username" required data-testid="sign-in-email" />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required data-testid="sign-in-password" />
        {signIn.isError && <Refusal thrown={signIn.error} />}
        <Button type="submit" tone="primary" disabled={signIn.isPending} data-testid="sign-in-submit">
          {signIn.isPending ? "Signing in…" : "Sign in"}
        </Button>
      </form>
      <p className="text-center text-xs text-muted">Signals are not advice; these strategies show no edge before costs on the data we have.</p>
    </main>
  );
}

function Refusal({ thrown }: { thrown: unknown }) {
  const { title, detail } = asProblem(thrown);
  return (
    <p role="alert" className="rounded-lg bg-sell-soft px-3 py-2 text-sm text-sell">
      <span className="font-semibold">{title}.</span> {detail}
    </p>
  );
}
