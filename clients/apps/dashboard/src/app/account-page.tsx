import { PersonPanel } from "../features/account/person-panel";
import { QuotasPanel } from "../features/account/quotas-panel";
import { ChangePassword } from "../features/password/change-password";
import { SecondFactorPanel } from "../features/second-factor/second-factor-panel";
import { SessionsPanel } from "../features/sessions/sessions-panel";

export function AccountPage() {
  return (
    <section aria-labelledby="account" className="mx-auto max-w-5xl">
      <h1 id="account" className="mb-3 text-xl font-semibold">
        Account
      </h1>
      <div className="grid items-start gap-4 md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]">
        <div className="grid gap-4">
          <PersonPanel />
          <QuotasPanel />
        </div>
        <div className="grid gap-4">
          <SecondFactorPanel />
          <SessionsPanel />
          <ChangePassword />
        </div>
      </div>
    </section>
  );
}
