/** A device's keys: the secret shown once at registration, and the sealing key derived from it. */
import { encode, fromBase64, hmac } from "./bytes";
import type { Bytes } from "./bytes";
import { BadSecret } from "./errors";

const UNPADDED = /^[A-Za-z0-9_-]{43}$/;

/** The 32 bytes behind a secret as it is shown; `BadSecret` when it is none. */
export function decodeSecret(shown: string): Bytes {
  const bytes = UNPADDED.test(shown) ? fromBase64(`${shown.replaceAll("-", "+").replaceAll("_", "/")}=`) : null;
  if (bytes === null) throw new BadSecret();
  return bytes;
}

/** The AES-256 key of one version. */
export function sealKey(secret: Bytes, deviceId: string, keyVersion: number): Promise<Bytes> {
  return hmac(secret, encode(`caerus/seal/v1/${deviceId}/${keyVersion}`));
}
