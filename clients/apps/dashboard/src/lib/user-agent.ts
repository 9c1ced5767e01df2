/** What a user agent string means to a person. Only for reading: anybody can send any. */

const BROWSERS = [
  [/\bEdg(A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/(Headless)?Chrome\/|\bCriOS\//, "Chrome"],
  [/\bVersion\/.*Safari\//, "Safari"],
] as const;

const SYSTEMS = [
  [/\bAndroid\b/, "Android"],
  [/\b(iPhone|iPad)\b/, "iOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
] as const;

function first(names: readonly (readonly [RegExp, string])[], text: string): string | undefined {
  return names.find(([pattern]) => pattern.test(text))?.[1];
}

/** "Firefox on Windows"; the first word of what is not a browser. */
export function clientName(userAgent: string): string {
  const browser = first(BROWSERS, userAgent) ?? (/^[^\s/]{1,32}/.exec(userAgent)?.[0] || "Unknown client");
  const system = first(SYSTEMS, userAgent);
  return system ? `${browser} on ${system}` : browser;
}
