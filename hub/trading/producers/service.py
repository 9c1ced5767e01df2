"""Register producers, and know their keys."""

import os
import time

from hub.core import clock
from hub.core.problems import NotFound
from hub.core.resources import Resources
from hub.core.security import device_keys
from hub.trading.producers import store
from hub.trading.producers.models import Producer

_CACHE_SECONDS = 1.0
_cache: dict[tuple[int, str], tuple[float, bytes | None]] = {}
_CACHE_SIZE = 1_000


async def ensure(res: Resources, id: str) -> str:
    """The producer's secret; it is registered first if it is new."""
    await store.add(res.db, id, os.urandom(16), clock.now())
    producer = await store.get(res.db, id)
    if producer is None:
        raise NotFound("There is no such producer.")
    return secret(res, producer)


async def revoke(res: Resources, id: str) -> None:
    """From now on nothing it signs is believed (other processes learn it within a second)."""
    if not await store.revoke(res.db, id, clock.now()):
        raise NotFound("There is no such producer, or it is revoked.")
    _cache.pop((id_of(res), id), None)


def secret(res: Resources, producer: Producer) -> str:
    master = device_keys.master(res.secrets.get("DEVICE_KEY_KDF_SECRET"))
    return device_keys.derive_producer(master, producer.salt, producer.id, producer.key_version)


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
    good = producer is not None and not producer.revoked
    found = secret(res, producer).encode() if producer and good else None
    _cache[key] = (now + _CACHE_SECONDS, found)
    return found


def id_of(res: Resources) -> int:
    """Tests open several hubs in one process; each has its own producers."""
    return id(res.db)
