import { done } from "@caerus/api/client";
import { fieldError } from "@caerus/api/problem";
import { Panel } from "@caerus/ui/panel";
import { PasswordField } from "@caerus/ui/password-field";
import { useToast } from "@caerus/ui/toast";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { NewPasswordField } from "../../components/new-password-field";
import { Submit } from "../../components/submit";
import { onSubmit, text } from "../../lib/forms";
import { keys } from "../../lib/keys";
import { api, queryClient } from "../../lib/services";

const WORDS = { "wrong-credentials": "The password is wrong, or the account is locked for a while." };

interface Change {
  password: string;
  new_password: string;
}

export function ChangePassword() {
  const toast = useToast();
  // A changed password leaves the fields empty.
  const [round, setRound] = useState(0);
  const change = useMutation({
    mutationFn: (body: Change) => done(api.POST("/api/v1/auth/password/change", { body })),
    gcTime: 0,
    onSuccess: () => {
      setRound((before) => before + 1);
      toast({ tone: "plain", title: "Password changed", detail: "Your other sessions have ended." });
      void queryClient.invalidateQueries({ queryKey: keys.sessions });
    },
  });
  const send = onSubmit((form) => change.mutate({ password: text(form, "password"), new_password: text(form, "new_password") }));
  return (
    <Panel title="Password">
      <form key={round} onSubmit={send} className="grid max-w-sm gap-4">
        <PasswordField label="Password now" name="password" autoComplete="current-password" required data-testid="password-now" />
        <NewPasswordField
          label="New password"
          name="new_password"
          error={fieldError(change.error, "/new_password")}
          data-testid="password-new"
        />
        <Submit
          sending={change}
          text="Change password"
          busy="Changing…"
          testId="password-change"
          beside={["/new_password"]}
          words={WORDS}
        />
      </form>
    </Panel>
  );
}
