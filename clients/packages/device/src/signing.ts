/** The canonical string of a device's request, and its signature. */
import { encode, hmac, toBase64, toHex } from "./bytes";
import type { Bytes } from "./bytes";
import { UnsignableText } from "./errors";

const VISIBLE_ASCII = /^[!-~]*$/;

/** `path` with its query, as it is sent; `timestamp` as RFC 3339 in UTC. */
export interface Signable {
  method: string;
  path: string;
  body: string;
  nonce: string;
  timestamp: string;
}

/** Six lines: method, path, SHA-256 of the body, caller, nonce, time. `UnsignableText` when one would be two. */
export async function canonical(request: Signable, caller: string): Promise<string> {
  const digest = toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", encode(request.body))));
  const { method, path, nonce, timestamp } = request;
  const lines = [method.toUpperCase(), path, digest, caller, nonce, timestamp];
  if (!lines.every((line) => VISIBLE_ASCII.test(line))) throw new UnsignableText();
  return lines.join("\n");
}

/** Standard base64 of the HMAC-SHA256 of a text. */
export async function sign(key: Bytes, text: string): Promise<string> {
  return toBase64(await hmac(key, encode(text)));
}

/** 128 random bits as 32 hex digits. */
export function freshNonce(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)));
}

/** With a fraction only where there is one. */
export function rfc3339(when: Date): string {
  return when.toISOString().replace(".000Z", "Z");
}

/** The headers of one attempt of a device. */
export async function deviceHeaders(secret: Bytes, deviceId: string, request: Signable): Promise<Record<string, string>> {
  return {
    "X-Device-Id": deviceId,
    "X-Nonce": request.nonce,
    "X-Timestamp": request.timestamp,
    "X-Signature": await sign(secret, await canonical(request, deviceId)),
  };
}
