import { Outlet } from "@tanstack/react-router";

import { StepUpDialog } from "../features/auth/step-up-dialog";

export function Root() {
  return (
    <>
      <Outlet />
      <StepUpDialog />
    </>
  );
}
