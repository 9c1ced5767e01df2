import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

interface FrontLinkProps {
  to: "/" | "/register" | "/forgot-password";
  children: ReactNode;
}

/** From one front page to another. */
export function FrontLink({ to, children }: FrontLinkProps) {
  return (
    <Link to={to} className="rounded py-1 font-medium text-accent underline underline-offset-2">
      {children}
    </Link>
  );
}
