"""Seeds lie in the database sealed: AES-256-GCM, each bound to its person.

The key is derived (HKDF-SHA256, RFC 5869) from `MFA_SEAL_SECRET`, which may be rotated: a row keeps the id
of the secret its key comes from, and `MFA_SEAL_SECRET_PREVIOUS` (comma-separated) opens those of before.
"""

import hashlib
import os
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hub.core.problems import Unavailable
from hub.core.secrets import Secrets
from hub.core.security import device_keys
from hub.identity.mfa.models import Sealed

log = structlog.get_logger()

_CURRENT, _PREVIOUS = "MFA_SEAL_SECRET", "MFA_SEAL_SECRET_PREVIOUS"
_NONCE_BYTES = 12


def seal(secrets: Secrets, user_id: UUID, seed: str) -> Sealed:
    """The seed as it may be stored: a random nonce, then the cipher text with its tag."""
    master, nonce = _current(secrets), os.urandom(_NONCE_BYTES)
    cipher = AESGCM(_key(master)).encrypt(nonce, seed.encode(), user_id.bytes)
    return Sealed(_id(master), nonce + cipher)


def opened(secrets: Secrets, user_id: UUID, given: Sealed) -> str:
    """The seed; Unavailable when nobody has its secret, or when it is not this person's."""
    masters = {_id(master): master for master in (_current(secrets), *_previous(secrets))}
    master = masters.get(given.seal_id)
    try:
        if master is not None:
            nonce, cipher = given.sealed[:_NONCE_BYTES], given.sealed[_NONCE_BYTES:]
            return AESGCM(_key(master)).decrypt(nonce, cipher, user_id.bytes).decode()
    except (InvalidTag, ValueError):
        pass
    log.error("mfa.seed_not_opened", user_id=str(user_id), seal_id=given.seal_id, known=list(masters))
    raise Unavailable("Your second factor cannot be checked now. Use a recovery code, or ask the operator.")


def is_dated(secrets: Secrets, given: Sealed) -> bool:
    """Whether it was sealed under another secret than today's."""
    return given.seal_id != _id(_current(secrets))


def _current(secrets: Secrets) -> bytes:
    return device_keys.master(secrets.get(_CURRENT), _CURRENT)


def _previous(secrets: Secrets) -> list[bytes]:
    return device_keys.masters_before(secrets.find(_PREVIOUS), _PREVIOUS)


def _key(master: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"caerus/mfa/seed/v1").derive(master)


def _id(master: bytes) -> str:
    """The short name of a secret: 8 hex digits that tell nothing of 32 random bytes."""
    return hashlib.sha256(b"caerus/mfa/id/v1" + master).hexdigest()[:8]
