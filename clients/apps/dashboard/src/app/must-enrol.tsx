import { TextButton } from "@caerus/ui/button";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { FrontPage } from "../components/front-page";
import { Enrolment } from "../features/second-factor/enrolment";
import { secondFactorQuery } from "../lib/second-factor-query";
import { queryClient, session } from "../lib/services";
import { Starting } from "./starting";

interface MustEnrolProps {
  role: string;
  children: ReactNode;
}

/** The page, or first the second factor that a role may do nothing without. */
export function MustEnrol({ role, children }: MustEnrolProps) {
  const factor = useQuery(secondFactorQuery);
  if (factor.data?.required && !factor.data.enabled) return <EnrolPage />;
  // Roles that may have to enrol wait for the answer; the others need not.
  if (role !== "user" && factor.isPending) return <Starting problem={null} />;
  return children;
}

function EnrolPage() {
  const signOut = () => void session.logout().catch(() => undefined);
  return (
    <FrontPage title="Set up your second factor" wide links={<TextButton onClick={signOut}>Sign out</TextButton>}>
      <p className="text-sm">Your role needs more than a password. This takes a minute, and then you can go on.</p>
      <Enrolment onDone={() => void queryClient.invalidateQueries()} />
    </FrontPage>
  );
}
