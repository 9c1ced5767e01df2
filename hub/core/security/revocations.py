"""Sessions that ended before their access tokens did.

The truth is `core.revocations`; Redis holds a copy that every request looks into on its way through the
limiter. A key marks the copy as whole: an emptied Redis lacks it, then the database is asked and the copy
made anew. Rows live as long as the tokens they revoke.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from hub.core import clock, outbox
from hub.core.db import Db, Transaction
from hub.core.outbox import Event
from hub.core.redis import Redis, RedisError
from hub.core.sql import Runs, Sql

sql = Sql("revocations")

WHOLE = "caerus:revocations"
ENDED = "sessions"
"""An inner topic: it is not declared, so nobody can subscribe to it."""
_SKEW = timedelta(seconds=60)


class Revoked(Struct, frozen=True):
    session_id: UUID
    until: datetime


class Ended(Struct, frozen=True):
    """What hubs hear, so that no socket outlives its session."""

    sessions: list[UUID]


class _Known(Struct, frozen=True):
    known: bool


def mark(session_id: UUID) -> str:
    """The key in Redis that says that a session is over."""
    return f"caerus:revoked:{session_id}"


class Revocations:
    """`token_seconds` is how long an access token lives."""

    def __init__(self, db: Db, redis: Redis, token_seconds: int) -> None:
        self._db, self._redis = db, redis
        self._life = timedelta(seconds=token_seconds) + _SKEW

    async def revoke(self, tx: Transaction, session_ids: Sequence[UUID]) -> None:
        """From the commit on no token of these sessions is good. Redis is told before it: a mark too many
        costs a sign-in, one too few would let somebody in.
        """
        if not session_ids:
            return
        until = clock.now() + self._life
        await sql.run(tx, "revoke", ids=list(session_ids), until=until)
        await outbox.append(tx, self._redis, [_ended(session_ids)])
        await self._copy([Revoked(id, until) for id in session_ids], whole=False)

    async def is_revoked(self, session_id: UUID) -> bool:
        """What the database says."""
        return (await sql.sure(self._db, _Known, "is_revoked", id=session_id, now=clock.now())).known

    async def load(self) -> int:
        """Make Redis' copy whole, and forget what no token outlives; how many there are."""
        await sql.run(self._db, "forget_revocations", now=clock.now())
        rows = await _all(self._db)
        await self._copy(rows, whole=True)
        return len(rows)

    async def _copy(self, rows: Sequence[Revoked], *, whole: bool) -> None:
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                for row in rows:
                    pipe.set(mark(row.session_id), "1", pxat=int(row.until.timestamp() * 1000))
                if whole:
                    pipe.set(WHOLE, "1")
                await pipe.execute()
        except RedisError:
            # Redis is away: whoever asks it now asks the database instead, and a job copies again.
            return


def _ended(session_ids: Sequence[UUID]) -> Event:
    return Event(ENDED, "session.ended", "sessions", "identity", Ended(list(session_ids)))


async def _all(db: Runs) -> list[Revoked]:
    return await sql.many(db, Revoked, "revocations", now=clock.now())
