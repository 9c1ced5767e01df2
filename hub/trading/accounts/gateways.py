"""How hub and MT5 gateways talk, over Redis alone: who is there, who wants a look, what was seen.

A gateway says every two seconds how its session with each account stands, and is silent when that is ten seconds old.
Who wants a look puts an `Ask` into the account's list and waits for the `Answer` in a list of its own. A gateway
reads the lists of its own accounts only, so it cannot be asked for another. Nobody compares clocks: what is old has
expired.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from hub.core import clock
from hub.core.ids import uuid7
from hub.core.redis import Redis
from hub.trading.accounts.looks import Depth, Look, Want
from hub.trading.accounts.models import Login, Server

EVERY_SECONDS = 2.0
SILENT_SECONDS = 10
_FORGOTTEN_SECONDS = 86_400
_ANSWER_MS = 10_000
_MOST = 1_000
_HERE = "caerus:mt5:sessions"
_SESSION, _ASKS, _ANSWERS = "caerus:mt5:session", "caerus:mt5:asks", "caerus:mt5:answers"

State = Literal["connected", "away", "circuit_open"]


class Place(Struct, frozen=True):
    """An account, as its broker names it."""

    server: Server
    login: Login

    def __str__(self) -> str:
        return f"{self.server.lower()}/{self.login}"


class Session(Struct, frozen=True):
    """How a gateway stands with an account. `retry_seconds`: until a login is tried again, with an open circuit.

    `answers`: the last look succeeded.
    """

    place: Place
    state: State
    retry_seconds: float = 0.0
    answers: bool = True


class Ask(Struct, frozen=True):
    """See `Want`."""

    id: UUID
    depth: Depth
    since: datetime | None
    quotes: bool = False

    def covers(self, other: "Ask") -> bool:
        """Whether a look taken for this one answers the other too."""
        depths = ("quick", "deals", "all")
        if depths.index(self.depth) < depths.index(other.depth):
            return False
        if other.quotes and not self.quotes:
            return False
        return self.since is None or (other.since is not None and self.since <= other.since)


class Answer(Struct, frozen=True):
    """None: the terminal could not be looked at."""

    look: Look | None


async def tell(redis: Redis, session: Session) -> None:
    """Say that a session is there, and how it stands."""
    now, name = clock.now().timestamp(), str(session.place)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.set(f"{_SESSION}:{name}", msgspec.msgpack.encode(session), ex=SILENT_SECONDS)
        pipe.zadd(_HERE, {name: now})
        pipe.zremrangebyscore(_HERE, 0, now - _FORGOTTEN_SECONDS)
        await pipe.execute()


async def leave(redis: Redis, place: Place) -> None:
    """A gateway that ends in order is not missed."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.delete(f"{_SESSION}:{place}", f"{_ASKS}:{place}")
        pipe.zrem(_HERE, str(place))
        await pipe.execute()


async def sessions(redis: Redis) -> list[Session | None]:
    """Of every gateway there was within a day and that has not left; None for one that is silent."""
    names = await redis.zrange(_HERE, 0, -1)
    if not names:
        return []
    found = await redis.mget([f"{_SESSION}:{name.decode()}" for name in names])
    return [None if raw is None else msgspec.msgpack.decode(raw, type=Session) for raw in found]


async def ask(redis: Redis, waits: Redis, place: Place, want: Want) -> Answer | None:
    """The answer of the gateway that has a session with this account; None if none has, or none within the time."""
    raw = await redis.get(f"{_SESSION}:{place}")
    if raw is None or msgspec.msgpack.decode(raw, type=Session).state != "connected":
        return None
    asking = Ask(uuid7(), want.depth, want.since, want.quotes)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.rpush(f"{_ASKS}:{place}", msgspec.msgpack.encode(asking))
        pipe.pexpire(f"{_ASKS}:{place}", int(want.seconds * 1000))  # nobody waits any longer
        await pipe.execute()
    raw = await _first(waits, f"{_ANSWERS}:{asking.id}", want.seconds)
    return None if raw is None else msgspec.msgpack.decode(raw, type=Answer)


async def asks(redis: Redis, place: Place, seconds: float) -> list[Ask]:
    """Who wants a look at an account: waits up to `seconds` for the first (0: not at all), and takes all there are."""
    key, taken = f"{_ASKS}:{place}", []
    if seconds:
        first = await _first(redis, key, seconds)
        if first is None:
            return []
        taken.append(first)
    more: Any = redis.lpop(key, _MOST)
    taken += await more or []
    return [msgspec.msgpack.decode(raw, type=Ask) for raw in taken]


async def answer(redis: Redis, asking: list[Ask], said: Answer) -> None:
    """Tell those who asked. What nobody takes is gone soon."""
    raw = msgspec.msgpack.encode(said)
    async with redis.pipeline(transaction=False) as pipe:
        for each in asking:
            pipe.rpush(f"{_ANSWERS}:{each.id}", raw)
            pipe.pexpire(f"{_ANSWERS}:{each.id}", _ANSWER_MS)
        await pipe.execute()


async def _first(redis: Redis, key: str, seconds: float) -> bytes | None:
    """The list's first element, within `seconds`; Redis takes fractions of one, the client's signature does not."""
    waiting: Any = redis.blpop([key], timeout=seconds)  # type: ignore[arg-type]
    found = await waiting
    return None if found is None else bytes(found[1])
