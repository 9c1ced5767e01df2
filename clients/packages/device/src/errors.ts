/** A sealed envelope cannot be opened: malformed, changed on the way, or meant for another key, device or command. */
export class SealError extends Error {
  override readonly name = "SealError";

  constructor() {
    super("The sealed command cannot be opened.");
  }
}

/** A part of a request holds a character that would let two requests share one signature. */
export class UnsignableText extends Error {
  override readonly name = "UnsignableText";

  constructor() {
    super("Method, path, id, nonce and time must be visible ASCII.");
  }
}

/** What was given is not a secret as registration shows it. */
export class BadSecret extends Error {
  override readonly name = "BadSecret";

  constructor() {
    super("A device secret is 43 characters of unpadded base64url.");
  }
}
