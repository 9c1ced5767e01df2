const NAMES: Record<string, string> = { pwd: "password", otp: "code", rec: "recovery code" };

/** "password and code": by what a session was proven. */
export function methodsText(methods: readonly string[]): string {
  return methods.map((method) => NAMES[method] ?? method).join(" and ") || "nothing known";
}
