"""Devices: the terminals a person lets act."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

DeviceName = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^\S(.*\S)?$")]


class Device(Struct, frozen=True):
    """A device, as its owner sees it; never its secret. `keyed_at`: when its key was made. `previous_until`: until when the
    key before is good as well, if the new one was not used yet. `skew_ms`: how far its clock, as it signs, was behind
    the hub's when it was last seen. `silent_since`: when its owner was told that it is not heard any more.
    """

    id: UUID
    name: str
    key_version: int
    created_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
    keyed_at: datetime
    previous_until: datetime | None
    skew_ms: int | None
    silent_since: datetime | None


class Fallen(Device, frozen=True):
    """One that fell silent, with whose it is."""

    user_id: UUID

    def shown(self) -> Device:
        return Device(*(getattr(self, name) for name in Device.__struct_fields__))


class Version(Struct, frozen=True):
    """A key of a device, and the secret it is derived from."""

    number: int
    kdf_id: str | None


class DeviceKey(Struct, frozen=True):
    """What verifying a device's signature needs. The used one is what it has proven last (None: the first there was)."""

    id: UUID
    user_id: UUID
    salt: bytes
    key_version: int
    kdf_id: str | None
    last_seen_at: datetime | None
    used_version: int | None
    used_kdf_id: str | None
    previous_until: datetime | None
    silent_since: datetime | None

    def versions(self, now: datetime) -> list[Version]:
        """Versions that may sign, the newest first. What is sealed is sealed with the last: the device has that one."""
        newest = Version(self.key_version, self.kdf_id)
        if self.previous_until is None or self.previous_until <= now or self.used_version is None:
            return [newest]
        return [newest, Version(self.used_version, self.used_kdf_id)]


class CallerKey(DeviceKey, frozen=True):
    """The same of a device that may call. `locked`: its person is locked out; it sees to what is open, and opens nothing."""

    locked: bool


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
    """`rotate_days`: a key that is older had better be made anew; it goes on being good."""

    items: list[Device]
    rotate_days: int
