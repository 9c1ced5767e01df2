"""Device keys are derived, never stored (HKDF-SHA256, RFC 5869).

What they are derived from, `DEVICE_KEY_KDF_SECRET`, may be rotated: a row keeps the id of the
secret its key comes from, and `DEVICE_KEY_KDF_SECRET_PREVIOUS` goes on deriving those of before.
"""

import base64
import binascii
import hashlib
from uuid import UUID

import structlog
from caerus_client.keys import encode_secret
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from hub.core.secrets import BadSecret, Secrets

log = structlog.get_logger()

_CURRENT, _PREVIOUS = "DEVICE_KEY_KDF_SECRET", "DEVICE_KEY_KDF_SECRET_PREVIOUS"


def master(text: str, name: str = _CURRENT) -> bytes:
    """`DEVICE_KEY_KDF_SECRET`: base64url of 32 bytes or more."""
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < 32:
        raise BadSecret(f"{name} must be 32 bytes or more, in base64url")
    return key


def masters_before(text: str | None, name: str = _PREVIOUS) -> list[bytes]:
    """Secrets of before, as they are configured: comma-separated, newest first."""
    return [master(each.strip(), name) for each in (text or "").split(",") if each.strip()]


def kdf_id(master: bytes) -> str:
    """The short name of a KDF secret: 8 hex digits that tell nothing of 32 random bytes."""
    return hashlib.sha256(b"caerus/kdf/v1" + master).hexdigest()[:8]


def kdf_id_of(text: str) -> str:
    """The same, from the secret as it is configured."""
    return kdf_id(master(text))


class KdfUsers(Struct, frozen=True):
    """How many keys come from the KDF secret of an id."""

    kdf_id: str | None
    users: int


class Masters:
    """The KDF secrets by their ids: the current one, then the previous ones, newest first."""

    def __init__(self) -> None:
        self._by_id: dict[str, bytes] = {}

    def load(self, current: str, previous: str | None) -> None:
        """Take these texts (`previous` is comma-separated); `BadSecret`, and then nothing changes."""
        found = [master(current), *masters_before(previous)]
        self._by_id = {kdf_id(each): each for each in found}

    @property
    def ids(self) -> list[str]:
        """The current one's first."""
        return list(self._by_id)

    @property
    def current(self) -> tuple[str, bytes]:
        """What a new key is derived from, and the id its row keeps."""
        return next(iter(self._by_id.items()))

    def of(self, id: str | None) -> bytes | None:
        """The secret that a row's id names, if we have it.

        A row without one is from before there were ids, so from before the first rotation: the
        oldest secret we have.
        """
        if id is None:
            return list(self._by_id.values())[-1]
        if id not in self._by_id:
            log.warning("kdf.unknown", kdf_id=id, mend=f"put the secret of this id into {_PREVIOUS}")
        return self._by_id.get(id)


def masters_of(secrets: Secrets) -> Masters:
    """The present KDF secrets; they follow when they change."""
    masters = Masters()

    def load() -> None:
        masters.load(secrets.get(_CURRENT), secrets.find(_PREVIOUS))
        log.info("kdf.loaded", kdf_ids=masters.ids)

    load()
    for name in (_CURRENT, _PREVIOUS):
        secrets.on_change(name, load)
    return masters


def derive(master: bytes, salt: bytes, device_id: UUID, key_version: int) -> bytes:
    """A device's 32-byte secret, which is also its HMAC key."""
    info = f"caerus/device/v1/{device_id}/{key_version}".encode()
    return HKDF(SHA256(), 32, salt, info).derive(master)


def derive_producer(master: bytes, salt: bytes, producer_id: str, key_version: int) -> str:
    """A producer's secret; its HMAC key is the UTF-8 of this text."""
    info = f"caerus/producer/v1/{producer_id}/{key_version}".encode()
    return encode_secret(HKDF(SHA256(), 32, salt, info).derive(master))
