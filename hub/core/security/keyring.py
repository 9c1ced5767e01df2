"""The keys of access tokens: the next one, the active one, and those that retired.

The active key signs. The next one is published before it signs, so that whoever keeps our JWKS
knows it by then. A key that was replaced retires: it verifies until every token it signed is over.
A key's id is its thumbprint (RFC 7638), so no two processes can disagree on it.
"""

import base64
import hashlib
from typing import Any, Literal

import msgspec
import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from msgspec import Struct

from hub.core import clock
from hub.core.secrets import BadSecret, Secrets

log = structlog.get_logger()

SKEW_SECONDS = 60
_MIN_BITS = 2048

State = Literal["next", "active", "retired"]


class Key(Struct, frozen=True):
    """A public key in the ring. `until` (Unix s): when a retired one goes; None: while it is configured."""

    kid: str
    state: State
    public: RSAPublicKey
    until: float | None = None


class KeyRing:
    """Which key signs, and which ones verify at a moment. `now` is Unix seconds throughout.

    `overlap`: how long (s) a replaced key still verifies: the life of a token and the skew of clocks.
    """

    def __init__(self, overlap: float) -> None:
        self._overlap = overlap
        self._configured: dict[str, Key] = {}
        self._replaced: dict[str, Key] = {}
        self.signing: tuple[str, RSAPrivateKey]

    def load(self, active: str, next: str | None, previous: str | None, *, now: float) -> None:
        """Take these PEM texts; `BadSecret` if one is no good, and then nothing changes."""
        private = _private("JWT_PRIVATE_KEY", active)
        keys = [_key("retired", _public("JWT_PREVIOUS_KEY", previous))] if previous else []
        keys += [_key("next", _private("JWT_NEXT_KEY", next).public_key())] if next else []
        keys.append(signing := _key("active", private.public_key()))
        self._replaced |= {
            key.kid: msgspec.structs.replace(key, state="retired", until=now + self._overlap)
            for key in self._configured.values()
            if key.state == "active" and key.kid != signing.kid
        }
        self._configured = {key.kid: key for key in keys}
        self.signing = signing.kid, private

    def at(self, now: float) -> list[Key]:
        """Every key that verifies now."""
        self._replaced = {kid: key for kid, key in self._replaced.items() if _good(key, now)}
        return list((self._replaced | self._configured).values())

    def verifying(self, kid: str, now: float) -> RSAPublicKey | None:
        """The key of this id, if it may verify now."""
        key = self._configured.get(kid) or self._replaced.get(kid)
        return key.public if key and _good(key, now) else None

    def jwks(self, now: float) -> dict[str, Any]:
        """The ring as a JSON Web Key Set (RFC 7517): public parts alone."""
        return {"keys": [_jwk(key) for key in self.at(now)]}


def ring_of(secrets: Secrets, access_seconds: int) -> KeyRing:
    """The ring of `JWT_PRIVATE_KEY`, `JWT_NEXT_KEY` and `JWT_PREVIOUS_KEY`; it turns when they change."""
    ring = KeyRing(access_seconds + SKEW_SECONDS)

    def load() -> None:
        now = clock.now().timestamp()
        ring.load(
            secrets.get("JWT_PRIVATE_KEY"),
            secrets.find("JWT_NEXT_KEY"),
            secrets.find("JWT_PREVIOUS_KEY"),
            now=now,
        )
        log.info("keyring.loaded", keys={key.kid: key.state for key in ring.at(now)})

    load()
    for name in ("JWT_PRIVATE_KEY", "JWT_NEXT_KEY", "JWT_PREVIOUS_KEY"):
        secrets.on_change(name, load)
    return ring


def thumbprint(key: RSAPublicKey) -> str:
    """RFC 7638: SHA-256 over the required members in order, unpadded base64url."""
    jwk = {"e": _number(key.public_numbers().e), "kty": "RSA", "n": _number(key.public_numbers().n)}
    return _base64url(hashlib.sha256(msgspec.json.encode(jwk)).digest())


def kid_of(pem: str) -> str:
    """The id of a key in PEM, private or public."""
    return thumbprint(_public("the key", pem))


def _good(key: Key, now: float) -> bool:
    return key.until is None or now < key.until


def _key(state: State, public: RSAPublicKey) -> Key:
    return Key(thumbprint(public), state, public)


def _private(name: str, pem: str) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPrivateKey) or key.key_size < _MIN_BITS:
        raise BadSecret(f"{name} must be a private RSA key of 2048 bits or more, in PEM, not encrypted")
    return key


def _public(name: str, pem: str) -> RSAPublicKey:
    if "PRIVATE KEY-----" in pem:
        return _private(name, pem).public_key()
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey) or key.key_size < _MIN_BITS:
        raise BadSecret(f"{name} must be an RSA key of 2048 bits or more, public or private, in PEM")
    return key


def _jwk(key: Key) -> dict[str, str]:
    numbers = key.public.public_numbers()
    fixed = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key.kid}
    return fixed | {"n": _number(numbers.n), "e": _number(numbers.e)}


def _number(value: int) -> str:
    return _base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
