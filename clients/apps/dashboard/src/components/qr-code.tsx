import { path } from "../lib/qr";

/** A QR code, dark on white whatever the theme: that is what cameras read. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, d } = path(text);
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges" className="w-full max-w-52 justify-self-center rounded-lg border border-line">
      <rect width={size} height={size} fill="#fff" />
      <path d={d} fill="#000" />
    </svg>
  );
}
