"""A device's cryptography: sealing and opening a command of 1 KB, and proving who signed a poll, each beside its core alone."""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from uuid import UUID

from caerus_client.sealing import open_sealed, seal
from caerus_client.signing import canonical, device_headers, fresh_nonce
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.timing import interleaved
from hub.core.security import device_keys, signatures
from hub.core.security.signatures import Signed

SIZE, TIMES, ROUNDS = 1_024, 2_000, 21
KEY, NONCE, PLAIN, SALT = bytes(range(32)), bytes(12), bytes(SIZE), bytes(16)
DEVICE = "01989f3e-9a11-7222-9333-444455556666"
COMMAND = "01989f3e-9a11-7222-9333-44445555aaaa"
POLL = "/api/v1/client/poll?since=ab305734.17&wait=25"
CIPHER = AESGCM(KEY)


def sealing() -> None:
    """There and back."""
    sealed = seal(KEY, PLAIN, device_id=DEVICE, command_id=COMMAND, key_version=1)
    assert open_sealed(KEY, sealed, device_id=DEVICE, command_id=COMMAND) == PLAIN


def cipher() -> None:
    """The same bytes through AES-256-GCM, with a key that is set up already: nothing packed, nothing checked."""
    made = CIPHER.encrypt(NONCE, PLAIN, b"associated")
    assert CIPHER.decrypt(NONCE, made, b"associated") == PLAIN


def _signed() -> Signed:
    key = device_keys.derive(KEY, SALT, UUID(DEVICE), 1)
    now, nonce = datetime.now(UTC), fresh_nonce()
    headers = device_headers(key, DEVICE, "GET", POLL, b"", now=now, nonce=nonce)
    at = headers["X-Timestamp"]
    return Signed(DEVICE, nonce, at, headers["X-Signature"], canonical("GET", POLL, b"", DEVICE, nonce, at))


SIGNED = _signed()


def proving() -> None:
    """What the hub does of it without asking anybody: the string, the key from the master, the signature, the time."""
    text = canonical("GET", POLL, b"", SIGNED.id, SIGNED.nonce, SIGNED.timestamp)
    signed = Signed(SIGNED.id, SIGNED.nonce, SIGNED.timestamp, SIGNED.signature, text)
    signatures.check(signed, device_keys.derive(KEY, SALT, UUID(DEVICE), 1), skew=300)


def digest() -> None:
    """HMAC-SHA256 of the string alone."""
    hmac.digest(KEY, SIGNED.canonical, "sha256")


CALLS: dict[str, tuple[Callable[[], None], int | None]] = {
    "seal and open 1 KB": (sealing, 60),
    "the cipher alone (peer)": (cipher, None),
    "prove who signed a poll": (proving, 150),
    "the HMAC alone (peer)": (digest, None),
}
"""With what is wanted, in microseconds."""


def _many(once: Callable[[], None]) -> Callable[[], None]:
    def all_of_them() -> None:
        for _ in range(TIMES):
            once()

    return all_of_them


def run() -> list[dict[str, object]]:
    """Microseconds, medians of interleaved rounds. What the lookups of key and nonce cost is told by `guards`."""
    found = interleaved({name: _many(once) for name, (once, _) in CALLS.items()}, ROUNDS)
    rows: list[dict[str, object]] = []
    for name, (_, most) in CALLS.items():
        us = median(found[name]) / TIMES * 1e6
        verdict = "" if most is None else f"under {most}: {'met' if us < most else 'MISSED'}"
        rows.append({"of a device": name, "us": us, "wanted": verdict})
    return rows
