"""Devices: the terminals a person lets act."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

DeviceName = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^\S(.*\S)?$")]


class Device(Struct, frozen=True):
    """A device, as its owner sees it; never its secret."""

    id: UUID
    name: str
    key_version: int
    created_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None


class DeviceKey(Struct, frozen=True):
    """What verifying a device's signature needs."""

    id: UUID
    user_id: UUID
    salt: bytes
    key_version: int
    kdf_id: str | None
    last_seen_at: datetime | None


class RegisterIn(Struct, frozen=True, forbid_unknown_fields=True):
    name: DeviceName


class Registered(Struct, frozen=True):
    """The only time the secret is shown: unpadded base64url of 32 bytes."""

    device_id: UUID
    device_secret: str
    key_version: int


class RenameIn(Struct, frozen=True, forbid_unknown_fields=True):
    name: DeviceName


class Devices(Struct, frozen=True):
    items: list[Device]
