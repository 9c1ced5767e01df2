"""`/api/v1/health`, `/ready`, `/version`."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from msgspec import Struct
from prometheus_client import Gauge

from hub.core import guards, migrations
from hub.core.bus import LAYOUT
from hub.core.problems import Unavailable
from hub.core.resources import Resources
from hub.core.sql import Sql
from hub.core.web import Api, Call

T = TypeVar("T")
Probe = Callable[[Resources], Awaitable[list[str]]]

api = Api("", tag="health")
sql = Sql("core")

_ready = Gauge("hub_ready", "1 while this hub can serve, 0 while something it needs is away")
_degraded = Gauge("hub_degraded", "Things that are not as they should be while this hub serves")
_lag = Gauge("outbox_lag_seconds", "Age of the oldest event the relay has not moved")
_waiting = Gauge("outbox_events_waiting", "Events the relay has not moved")
_UNKNOWN = float("nan")
_MAX_LAG_SECONDS = 30
_ANSWER_SECONDS = 3
_probes: dict[str, Probe] = {}


class Health(Struct, frozen=True):
    status: str


class Readiness(Struct, frozen=True):
    """`relay_lag_seconds`: age of the oldest event that has not left the outbox.

    `degraded` says what is not as it should be, and what to mend: the hub serves, and `status` says so too.
    """

    status: Literal["ready", "degraded"]
    relay_lag_seconds: float
    migrations_pending: int
    degraded: list[str]


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


def probe(name: str) -> Callable[[Probe], Probe]:
    """Have `/ready` ask a room: it answers a sentence for each thing that is degraded, none if all is well.

    Everybody may read these sentences: they name no person, account or address.
    """

    def register(look: Probe) -> Probe:
        if name in _probes:
            raise ValueError(f"probe {name} is declared twice")
        _probes[name] = look
        return look

    return register


@api.get("/health", guard=guards.public, limit="none")
async def health(call: Call) -> Health:
    """The process answers."""
    return Health("ok")


@api.get("/ready", guard=guards.public, limit="none", raises=(Unavailable,))
async def ready(call: Call) -> Readiness:
    """Database, Redis, relay and migrations are as they must be to serve; what else is degraded is named."""
    return await check(call.res)


async def check(res: Resources) -> Readiness:
    """Look anew, and set the gauges; `Unavailable` with a sentence for each thing that is not as it must be."""
    found, redis, degraded = await asyncio.gather(
        _asked("PostgreSQL", _look(res)), _asked("Redis", res.redis.get(LAYOUT)), _probed(res)
    )
    lag, pending = (None, 0) if isinstance(found, Away) else found
    faults = [each.sentence for each in (found, redis) if isinstance(each, Away)]
    faults += _behind(lag, pending) if lag else []
    faults += [] if isinstance(redis, Away) else _elsewhere(redis, res.feed.bus.layout)
    faults += _dead(res)
    _lag.set(lag.seconds if lag else _UNKNOWN)
    _waiting.set(lag.waiting if lag else _UNKNOWN)
    _ready.set(not faults)
    _degraded.set(len(degraded))
    if faults or lag is None:
        raise Unavailable(" ".join(faults))
    return Readiness("degraded" if degraded else "ready", lag.seconds, pending, degraded)


async def _probed(res: Resources) -> list[str]:
    found = await asyncio.gather(*(_asked(name, look(res)) for name, look in _probes.items()))
    return [text for each in found for text in ([each.sentence] if isinstance(each, Away) else each)]


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


def _dead(res: Resources) -> list[str]:
    faults = ["The bus has been away for too long: sockets are refused."] if res.feed.deaf else []
    ended = dict.fromkeys(res.nursery.ended)
    return faults + [f"The task {name} has ended: this process must be started anew." for name in ended]


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
