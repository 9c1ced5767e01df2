"""Register, list, rename and revoke devices; derive their keys."""

import os
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import asyncpg
from caerus_client.keys import encode_secret
from prometheus_client import Counter

from hub.core import clock, outbox
from hub.core.ids import uuid7
from hub.core.outbox import Event
from hub.core.principal import Principal
from hub.core.problems import Conflict, NotFound
from hub.core.resources import Resources
from hub.core.security import device_keys
from hub.core.sql import Runs
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.money.quotas import service as quotas
from hub.trading.devices import store, topics
from hub.trading.devices.models import CallerKey, Device, DeviceKey, Devices, Registered, Version
from hub.trading.devices.settings import settings

_registered = Counter("devices_registered_total", "Devices registered")
_revoked = Counter("devices_revoked_total", "Devices revoked")
_rotated = Counter("devices_rotated_total", "Secrets of devices made anew")
_silences = Counter("devices_silent_total", "Devices that were heard and are not any more, each time")
_AT_ONCE = 200


class NameTaken(Conflict):
    title = "Device name taken"

    def __init__(self) -> None:
        super().__init__("You have a device of this name; choose another.")


class Rotated(Conflict):
    title = "Device was rotated meanwhile"

    def __init__(self) -> None:
        super().__init__(
            "Somebody else has rotated this device's key just now; its secret was shown to them."
        )


def secret(res: Resources, key: DeviceKey, version: Version | None = None) -> bytes | None:
    """A device's 32 bytes (of the newest version), derived anew each time; None if we have not what they come from."""
    version = version or Version(key.key_version, key.kdf_id)
    if (master := res.masters.of(version.kdf_id)) is None:
        return None
    return device_keys.derive(master, key.salt, key.id, version.number)


def sealing(res: Resources, key: DeviceKey) -> tuple[int, bytes] | None:
    """The version that the device has, with its secret."""
    version = key.versions(clock.now())[-1]
    known = secret(res, key, version)
    return None if known is None else (version.number, known)


async def register(res: Resources, who: Principal, name: str, ip: str | None) -> Registered:
    """A new device with its secret, shown this once; `NameTaken` if one that is not revoked has the name."""
    id, salt, version = uuid7(), os.urandom(16), 1
    kdf_id, master = res.masters.current
    shown = encode_secret(device_keys.derive(master, salt, id, version))
    hashed = await res.passwords.hash(shown)
    async with res.db.transaction() as tx:
        device = await store.add(tx, id, who.person, name, salt, version, kdf_id, hashed, clock.now())
        if device is None:
            raise NameTaken
        await quotas.consume(tx, who.person, "devices")
        await audit.record(tx, _entry("device.register", device, who, ip))
    _registered.inc()
    return Registered(id, shown, version)


async def ensure(res: Resources, who: Principal, name: str) -> Registered:
    """The person's device of this name, registered if there is none that is not revoked."""
    device = await store.named(res.db, who.person, name)
    if device is None:
        return await register(res, who, name, None)
    key = await find(res, device.id)
    if key is None or key.locked:
        raise NotFound("The device is revoked by now, or its owner may not sign in.")
    if (known := secret(res, key)) is None:
        raise NotFound(f"Nobody has the KDF secret {key.kdf_id}; see DEVICE_KEY_KDF_SECRET_PREVIOUS.")
    return Registered(device.id, encode_secret(known), device.key_version)


async def find(res: Resources, id: UUID) -> CallerKey | None:
    """A device that may call, looked up anew on every call so that a revocation holds at once."""
    known: CallerKey | None = await res.batcher("device keys", partial(find_all, res.db)).add(id)
    return known


async def find_all(db: Runs, ids: list[UUID]) -> list[CallerKey | None]:
    """The same for many, in order."""
    found = {key.id: key for key in await store.keys(db, list(set(ids)))}
    return [found.get(id) for id in ids]


async def seen(res: Resources, key: DeviceKey, skew_ms: int | None) -> None:
    """A device proved that it lives; written down, with its clock's skew, twice a minute at most."""
    now = clock.now()
    if key.silent_since is not None:
        await _heard_again(res, key, now, skew_ms)
    elif key.last_seen_at is None or (now - key.last_seen_at).total_seconds() > 30:
        await store.seen(res.db, key.id, now, skew_ms)


async def _heard_again(res: Resources, key: DeviceKey, now: datetime, skew_ms: int | None) -> None:
    async with res.db.transaction() as tx:
        if device := await store.heard(tx, key.id, now, skew_ms):
            await outbox.append(tx, res.redis, [_event("device.heard", device, key.user_id)])


async def watch(res: Resources, since: datetime) -> int:
    """Tell owners of terminals that were heard and are not any more; how many, 200 at most. `since`: from when on they
    could be heard: nobody is silent who has had no chance to speak for as long as silence takes.
    """
    now = clock.now()
    before = now - timedelta(seconds=settings().silent_seconds)
    if since > before:
        return 0
    async with res.db.transaction() as tx:
        fallen = await store.silent(tx, now, before, _AT_ONCE)
        if fallen:
            told = [_event("device.silent", each.shown(), each.user_id) for each in fallen]
            await outbox.append(tx, res.redis, told)
    _silences.inc(len(fallen))
    return len(fallen)


def _event(kind: str, device: Device, user_id: UUID) -> Event:
    return Event(topics.devices.name(user_id=user_id), kind, f"device:{device.id}", "system", device)


async def kdf_users(db: Runs) -> dict[str | None, int]:
    """How many devices that may call have keys from each KDF secret."""
    return {found.kdf_id: found.users for found in await store.kdf_users(db)}


async def listed(res: Resources, who: Principal) -> Devices:
    return Devices(await store.of(res.db, who.person), settings().rotate_days)


async def rename(res: Resources, who: Principal, id: UUID, name: str, ip: str | None) -> Device:
    """`NameTaken` if another that is not revoked has the name."""
    try:
        async with res.db.transaction() as tx:
            device = _known(await store.rename(tx, id, who.person, name))
            await audit.record(tx, _entry("device.rename", device, who, ip))
    except asyncpg.UniqueViolationError:
        raise NameTaken from None
    return device


async def rotate(res: Resources, who: Principal, id: UUID, visitor: Visitor) -> Registered:
    """A new secret, shown this once. The one before is good until the new one is used, or the grace is over.

    `NotFound`; `Rotated`. Whoever lost a new secret before its device had it rotates again.
    """
    key = await store.to_rotate(res.db, id, who.person)
    if key is None:
        raise NotFound("You have no such device.")
    kdf_id, master = res.masters.current
    version, now = key.key_version + 1, clock.now()
    shown = encode_secret(device_keys.derive(master, key.salt, id, version))
    hashed = await res.passwords.hash(shown)
    until = now + timedelta(days=settings().grace_days)
    async with res.db.transaction() as tx:
        device = await store.rotate(tx, id, who.person, key.key_version, kdf_id, hashed, now, until)
        if device is None:
            raise Rotated
        meta = {"key_version": version, "previous_until": clock.rfc3339(device.previous_until or until)}
        await audit.record(tx, audit.act(who, visitor, "device.rotate", f"device:{id}", **meta))
    _rotated.inc()
    return Registered(id, shown, version)


async def used(res: Resources, key: DeviceKey) -> None:
    """The device has proven its newest key: the one before is good no longer."""
    await store.key_used(res.db, key.id, key.key_version)


async def revoke(res: Resources, who: Principal, id: UUID, ip: str | None) -> Device:
    """From now on nothing it signs is believed."""
    now = clock.now()
    async with res.db.transaction() as tx:
        device = _known(await store.revoke(tx, id, who.person, now))
        if device.revoked_at != now:
            return device
        await quotas.release(tx, who.person, "devices")
        await audit.record(tx, _entry("device.revoke", device, who, ip))
    _revoked.inc()
    return device


def _known(device: Device | None) -> Device:
    if device is None:
        raise NotFound("You have no such device.")
    return device


def _entry(action: str, device: Device, who: Principal, ip: str | None) -> Entry:
    return Entry(action, f"device:{device.id}", who.role, who.user_id, ip, {"name": device.name})
