import type { ReactNode } from "react";

import { FrontLink } from "../../components/front-link";
import { FrontPage } from "../../components/front-page";

/** A letter is on its way, or none is: only the mailbox tells whether an address is known here. */
export function CheckMail({ email, children }: { email: string; children: ReactNode }) {
  return (
    <FrontPage title="Check your mail" links={<FrontLink to="/">Sign in</FrontLink>}>
      <div className="grid gap-4 text-sm" data-testid="check-mail">
        <p>
          We have written to <strong className="wrap-anywhere">{email}</strong>. If nothing comes within a few minutes, look among the
          unwanted mail.
        </p>
        {children}
      </div>
    </FrontPage>
  );
}
