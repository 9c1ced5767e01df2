/** One set of vectors for Python, MQL5 and TypeScript: `ea-sdk/vectors/wire.json`, which the Python SDK writes. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import { encode, fromBase64, toBase64, toHex } from "./bytes";
import { BadSecret, SealError, UnsignableText } from "./errors";
import { decodeSecret, sealKey } from "./keys";
import { openSealed, seal } from "./sealing";
import type { Envelope } from "./sealing";
import { canonical, deviceHeaders, freshNonce, rfc3339 } from "./signing";
import type { Signable } from "./signing";

interface Case {
  name: string;
  command_id: string;
  envelope: Envelope;
}

interface Wire {
  device_id: string;
  kdf_secret: string;
  salt: string;
  keys: { key_version: number; secret: string; secret_shown: string; seal_key: string }[];
  requests: (Signable & { canonical: string; signature: string })[];
  sealed: (Case & { key_version: number; plain: string })[];
  refused: Case[];
}

const ROOT = new URL("../../../../", import.meta.url);
const wire = JSON.parse(readFileSync(fileURLToPath(new URL("ea-sdk/vectors/wire.json", ROOT)), "utf8")) as Wire;
const device = wire.device_id;

function secretOf(version: number) {
  return decodeSecret(wire.keys[version - 1]?.secret_shown ?? "");
}

function unhex(text: string) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

test("the vectors are all here", () => {
  expect([wire.keys.length, wire.requests.length, wire.sealed.length, wire.refused.length]).toEqual([2, 3, 3, 13]);
});

test.each(wire.keys)("keys of version $key_version", async ({ key_version, secret, secret_shown, seal_key }) => {
  expect(toHex(decodeSecret(secret_shown))).toBe(secret);
  expect(toHex(await sealKey(decodeSecret(secret_shown), device, key_version))).toBe(seal_key);
  // as the hub derives it
  const master = await crypto.subtle.importKey("raw", unhex(wire.kdf_secret), "HKDF", false, ["deriveBits"]);
  const info = encode(`caerus/device/v1/${device}/${key_version}`);
  const how = { name: "HKDF", hash: "SHA-256", salt: unhex(wire.salt), info };
  expect(toHex(new Uint8Array(await crypto.subtle.deriveBits(how, master, 256)))).toBe(secret);
});

test.each(["", "A".repeat(42), "A".repeat(44), `${"A".repeat(43)}=`, `${"A".repeat(42)}+`, `${"A".repeat(42)}B`, "é".repeat(43)])(
  "%s is no secret",
  (shown) => {
    expect(() => decodeSecret(shown)).toThrow(BadSecret);
  },
);

test.each(wire.requests)("$method $path", async (request) => {
  expect(await canonical(request, device)).toBe(request.canonical);
  expect(await deviceHeaders(secretOf(1), device, request)).toEqual({
    "X-Device-Id": device,
    "X-Nonce": request.nonce,
    "X-Timestamp": request.timestamp,
    "X-Signature": request.signature,
  });
});

describe.each(["method", "path", "caller", "nonce", "timestamp"] as const)("a %s", (part) => {
  test.each(["\n", "\r", "\0", " ", "\u007F", "é", "\u2028"])("with %j is not signed", async (poison) => {
    const good = { method: "GET", path: "/p?a=1", body: "{}", caller: device, nonce: "n1", timestamp: "2026-11-22T10:00:00Z" };
    const { caller, ...request } = { ...good, [part]: `${good[part]}${poison}x` };
    await expect(deviceHeaders(secretOf(1), caller, request)).rejects.toThrow(UnsignableText);
  });
});

test("nonces do not repeat, and times have a fraction only where there is one", () => {
  const drawn = new Set(Array.from({ length: 1000 }, freshNonce));
  expect(drawn.size).toBe(1000);
  expect([...drawn].every((nonce) => /^[0-9a-f]{32}$/.test(nonce))).toBe(true);
  expect(rfc3339(new Date(1_795_341_600_000))).toBe("2026-11-22T10:00:00Z");
  expect(rfc3339(new Date(1_795_341_600_120))).toBe("2026-11-22T10:00:00.120Z");
});

test.each(wire.sealed)("a sealed $name", async ({ command_id, key_version, plain, envelope }) => {
  const names = { deviceId: device, commandId: command_id };
  expect(await openSealed(secretOf(key_version), envelope, names)).toBe(plain);
  const key = await sealKey(secretOf(key_version), device, key_version);
  const nonce = fromBase64(envelope.nonce);
  expect(nonce && (await seal(key, plain, names, key_version, nonce))).toEqual(envelope);
  const again = await seal(key, plain, names, key_version);
  expect(again.nonce).not.toBe(envelope.nonce);
  expect(await openSealed(secretOf(key_version), again, names)).toBe(plain);
});

async function refuses(envelope: Envelope, commandId: string, deviceId = device, version = 1): Promise<void> {
  await expect(openSealed(secretOf(version), envelope, { deviceId, commandId })).rejects.toThrow(SealError);
}

test.each(wire.refused)("refused: $name", ({ command_id, envelope }) => refuses(envelope, command_id));

describe("a good envelope", () => {
  const { command_id, envelope } = wire.sealed[0] as Case;
  const turned = (text: string, bit: number) => {
    const bytes = fromBase64(text) ?? new Uint8Array();
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return toBase64(bytes);
  };
  const bits = (text: string) => 8 * (fromBase64(text)?.length ?? 0);

  test.each(["nonce", "ciphertext"] as const)("with any one bit of its %s turned over", async (field) => {
    expect(bits(envelope[field])).toBeGreaterThan(90);
    for (let bit = 0; bit < bits(envelope[field]); bit++) {
      await refuses({ ...envelope, [field]: turned(envelope[field], bit) }, command_id);
    }
  });

  test("cut anywhere", async () => {
    for (let length = 0; length < envelope.ciphertext.length; length++) {
      await refuses({ ...envelope, ciphertext: envelope.ciphertext.slice(0, length) }, command_id);
    }
  });

  test.each<[string, Partial<Envelope>]>([
    ["of another version", { v: 2 }],
    ["of another key version", { key_version: 2 }],
    ["of a key version that is none", { key_version: 1.5 }],
    ["that is too large", { ciphertext: "A".repeat(65_540) }],
    ["with something after it", { ciphertext: `${envelope.ciphertext}AAAA` }],
    ["with a blank in it", { ciphertext: ` ${envelope.ciphertext}` }],
    ["in base64url", { nonce: "AAECAwQFBgcICQ_-" }],
  ])("%s", (_, change) => refuses({ ...envelope, ...change }, command_id));

  test("of another command, device or secret", async () => {
    await refuses(envelope, command_id.toUpperCase());
    await refuses(envelope, command_id, `${device.slice(0, -1)}0`);
    await refuses(envelope, command_id, device, 2);
  });
});

test("no app depends on it, so none has it in its bundle", () => {
  const clients = fileURLToPath(new URL("clients/", ROOT));
  const folders = ["apps", "packages"].flatMap((group) => readdirSync(clients + group).map((name) => `${group}/${name}`));
  const others = folders.filter((folder) => folder !== "packages/device");
  expect(others.length).toBeGreaterThan(4);
  for (const folder of others) expect(readFileSync(`${clients}${folder}/package.json`, "utf8")).not.toContain("@caerus/device");
});
