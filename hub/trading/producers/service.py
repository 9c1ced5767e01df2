"""Register producers, and know their keys."""

import os
import time

from hub.core import clock
from hub.core.problems import NotFound
from hub.core.resources import Resources
from hub.core.security import device_keys
from hub.core.sql import Runs
from hub.trading.producers import store
from hub.trading.producers.models import Producer

_CACHE_SECONDS = 1.0
_cache: dict[tuple[int, str], tuple[float, bytes | None]] = {}
_CACHE_SIZE = 1_000


async def ensure(res: Resources, id: str) -> str:
    """The producer's secret; it is registered first if it is new."""
    kdf_id, _ = res.masters.current
    await store.add(res.db, id, os.urandom(16), kdf_id, clock.now())
    producer = await store.get(res.db, id)
    if producer is None:
        raise NotFound("There is no such producer.")
    if (known := secret(res, producer)) is None:
        raise NotFound(f"Nobody has the KDF secret {producer.kdf_id}; see DEVICE_KEY_KDF_SECRET_PREVIOUS.")
    return known


async def revoke(res: Resources, id: str) -> None:
    """From now on nothing it signs is believed (other processes learn it within a second)."""
    if not await store.revoke(res.db, id, clock.now()):
        raise NotFound("There is no such producer, or it is revoked.")
    _cache.pop((id_of(res), id), None)


def secret(res: Resources, producer: Producer) -> str | None:
    """A producer's secret; None if we have not what it is derived from."""
    if (master := res.masters.of(producer.kdf_id)) is None:
        return None
    return device_keys.derive_producer(master, producer.salt, producer.id, producer.key_version)


async def kdf_users(db: Runs) -> dict[str | None, int]:
    """How many producers that may post have keys from each KDF secret."""
    return {found.kdf_id: found.users for found in await store.kdf_users(db)}


async def find_key(res: Resources, producer_id: str) -> bytes | None:
    """The key of a producer that may post, looked up at most once a second: it may post thousands."""
    key, now = (id_of(res), producer_id), time.monotonic()
    if (known := _cache.get(key)) and known[0] > now:
        return known[1]
    if len(_cache) >= _CACHE_SIZE:
        _cache.clear()
    if known:
        _cache[key] = (now + _CACHE_SECONDS, known[1])  # one caller looks it up, the others go on
    producer = await store.get(res.db, producer_id)
    text = secret(res, producer) if producer and not producer.revoked else None
    found = text.encode() if text else None
    _cache[key] = (now + _CACHE_SECONDS, found)
    return found


def id_of(res: Resources) -> int:
    """Tests open several hubs in one process; each has its own producers."""
    return id(res.db)
