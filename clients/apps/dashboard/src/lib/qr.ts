import { encode } from "uqr";

const QUIET_ZONE = 4;

/** A QR code (error correction M, with its quiet zone of four modules) as one SVG path; `size` is its width in modules. */
export function path(text: string): { size: number; d: string } {
  const { data, size } = encode(text, { ecc: "M", border: QUIET_ZONE });
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return { size, d: dark.join("") };
}
