"""`/api/v1/health`, `/ready`, `/version`."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from msgspec import Struct
from prometheus_client import Gauge

from hub.core import guards, migrations
from hub.core.bus import LAYOUT
from hub.core.problems import Unavailable
from hub.core.resources import Resources
from hub.core.sql import Sql
from hub.core.web import Api, Call

T = TypeVar("T")

api = Api("", tag="health")
sql = Sql("core")

_ready = Gauge("hub_ready", "1 while this hub can serve, 0 while something it needs is away")
_lag = Gauge("outbox_lag_seconds", "Age of the oldest event the relay has not moved")
_waiting = Gauge("outbox_events_waiting", "Events the relay has not moved")
_UNKNOWN = float("nan")
_MAX_LAG_SECONDS = 30
_ANSWER_SECONDS = 3


class Health(Struct, frozen=True):
    status: str


class Readiness(Struct, frozen=True):
    """`relay_lag_seconds`: age of the oldest event that has not left the outbox."""

    status: str
    relay_lag_seconds: float
    migrations_pending: int


class Version(Struct, frozen=True):
    version: str
    git_sha: str
    environment: str


class Lag(Struct, frozen=True):
    waiting: int
    seconds: float


class Away(Struct, frozen=True):
    """Something that does not answer, in a sentence."""

    sentence: str


@api.get("/health", guard=guards.public, limit="none")
async def health(call: Call) -> Health:
    """The process answers."""
    return Health("ok")


@api.get("/ready", guard=guards.public, limit="none", raises=(Unavailable,))
async def ready(call: Call) -> Readiness:
    """Database, Redis, relay and migrations are as they must be to serve."""
    return await check(call.res)


async def check(res: Resources) -> Readiness:
    """Look anew, and set the gauges; `Unavailable` with a sentence for each thing that is not as it must be."""
    found, redis = await asyncio.gather(
        _asked("PostgreSQL", _look(res)), _asked("Redis", res.redis.get(LAYOUT))
    )
    lag, pending = (None, 0) if isinstance(found, Away) else found
    faults = [each.sentence for each in (found, redis) if isinstance(each, Away)]
    faults += _behind(lag, pending) if lag else []
    faults += [] if isinstance(redis, Away) else _elsewhere(redis, res.feed.bus.layout)
    _lag.set(lag.seconds if lag else _UNKNOWN)
    _waiting.set(lag.waiting if lag else _UNKNOWN)
    _ready.set(not faults)
    if faults or lag is None:
        raise Unavailable(" ".join(faults))
    return Readiness("ready", lag.seconds, pending)


async def _asked(name: str, answer: Awaitable[T]) -> T | Away:
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            return await answer
    except TimeoutError:
        return Away(f"{name} does not answer within {_ANSWER_SECONDS} s.")
    except Exception as error:
        return Away(f"{name} cannot be used ({type(error).__name__}).")


async def _look(res: Resources) -> tuple[Lag, int]:
    return await sql.sure(res.db, Lag, "outbox_lag"), await migrations.pending(res.db.pool)


def _behind(lag: Lag, pending: int) -> list[str]:
    faults = []
    if pending:
        faults.append(f"Migrations not applied: {pending}; run `caerus migrate`.")
    if lag.seconds > _MAX_LAG_SECONDS:
        faults.append(
            f"The relay is {lag.seconds:.0f} s behind (events waiting: {lag.waiting}); is it running?"
        )
    return faults


def _elsewhere(relay: bytes | None, ours: str) -> list[str]:
    if relay is None or relay.decode() == ours:
        return []
    return [
        f"The relay publishes to {relay.decode()}, this hub reads {ours}: "
        "REDIS_BUS_URL or REDIS_BUS_SHARDS differ."
    ]


@api.get("/version", guard=guards.public, limit="none")
async def version(call: Call) -> Version:
    """What is running."""
    app = call.res.settings.app
    return Version(app.version or "dev", app.git_sha or "unknown", app.env)
