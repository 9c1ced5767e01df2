/** Sealed commands: AES-256-GCM with the device, the command and the key version as associated data. */
import { encode, fromBase64, toBase64 } from "./bytes";
import type { Bytes } from "./bytes";
import { SealError } from "./errors";
import { sealKey } from "./keys";

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** No command is longer; what is, is not worth the memory. */
const MOST_LETTERS = 65_536;

/** What travels. `nonce` and `ciphertext` are standard base64; the 16-byte tag ends the ciphertext. */
export interface Envelope {
  v: number;
  key_version: number;
  nonce: string;
  ciphertext: string;
}

/** Whose command it is, and which. */
export interface Names {
  deviceId: string;
  commandId: string;
}

/** Encrypt for one device and one command. `nonce` is random unless a test gives it. */
export async function seal(
  key: Bytes,
  plain: string,
  names: Names,
  keyVersion: number,
  nonce: Bytes = crypto.getRandomValues(new Uint8Array(NONCE_BYTES)),
): Promise<Envelope> {
  const sealed = await crypto.subtle.encrypt(algorithm(nonce, names, keyVersion), await aes(key, "encrypt"), encode(plain));
  return { v: VERSION, key_version: keyVersion, nonce: toBase64(nonce), ciphertext: toBase64(new Uint8Array(sealed)) };
}

/** The plain text of an envelope that was sealed with the device's secret; `SealError` whatever is wrong with it. */
export async function openSealed(secret: Bytes, envelope: Envelope, names: Names): Promise<string> {
  const { v, key_version, nonce, ciphertext } = parts(envelope);
  if (v !== VERSION || nonce.length !== NONCE_BYTES || ciphertext.length < TAG_BYTES) throw new SealError();
  const key = await aes(await sealKey(secret, names.deviceId, key_version), "decrypt");
  try {
    const plain = await crypto.subtle.decrypt(algorithm(nonce, names, key_version), key, ciphertext);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plain);
  } catch {
    throw new SealError();
  }
}

function parts({ v, key_version, nonce, ciphertext }: Envelope) {
  const bytes = { nonce: fromBase64(nonce), ciphertext: ciphertext.length > MOST_LETTERS ? null : fromBase64(ciphertext) };
  if (bytes.nonce === null || bytes.ciphertext === null || !Number.isSafeInteger(key_version)) throw new SealError();
  return { v, key_version, nonce: bytes.nonce, ciphertext: bytes.ciphertext };
}

function algorithm(nonce: Bytes, { deviceId, commandId }: Names, keyVersion: number): AesGcmParams {
  return { name: "AES-GCM", iv: nonce, additionalData: encode(`${deviceId}\n${commandId}\n${keyVersion}`) };
}

function aes(key: Bytes, usage: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, [usage]);
}
