"""`/api/v1/health`, `/ready`, `/version`."""

import asyncio

from msgspec import Struct
from prometheus_client import Gauge

from hub.core import guards, migrations
from hub.core.problems import Unavailable
from hub.core.sql import Sql
from hub.core.web import Api, Call

api = Api("", tag="health")
sql = Sql("core")

_lag = Gauge("outbox_lag_seconds", "Age of the oldest event the relay has not moved")
_MAX_LAG_SECONDS = 30


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


@api.get("/health", guard=guards.public, limit="none")
async def health(call: Call) -> Health:
    """The process answers."""
    return Health("ok")


@api.get("/ready", guard=guards.public, limit="none", raises=(Unavailable,))
async def ready(call: Call) -> Readiness:
    """Database, Redis, relay and migrations are as they must be to serve."""
    try:
        async with asyncio.timeout(3):
            lag = await sql.sure(call.res.db, Lag, "outbox_lag")
            await call.res.redis.ping()
            pending = await migrations.pending(call.res.db.pool)
    except Exception as error:
        raise Unavailable(f"Not ready: {type(error).__name__}.") from error
    _lag.set(lag.seconds)
    if pending or lag.seconds > _MAX_LAG_SECONDS:
        raise Unavailable(f"Not ready: {pending} migrations pending, relay {lag.seconds:.0f} s behind.")
    return Readiness("ready", lag.seconds, pending)


@api.get("/version", guard=guards.public, limit="none")
async def version(call: Call) -> Version:
    """What is running."""
    app = call.res.settings.app
    return Version(app.version or "dev", app.git_sha or "unknown", app.env)
