"""A writer that appends to the outbox after the commit, in a transaction of its own."""

from collections.abc import Sequence

import asyncpg

from hub.core import outbox
from hub.core.db import Transaction, prepare
from hub.core.outbox import Event
from hub.core.redis import Redis
from hub.core.settings import Settings

_append = outbox.append


async def _later(tx: Transaction, redis: Redis, events: Sequence[Event]) -> None:
    async def tell() -> None:
        connection = await asyncpg.connect(Settings().db.dsn)
        try:
            await prepare(connection)
            async with connection.transaction():
                await _append(Transaction(connection), redis, events)
        finally:
            await connection.close()

    tx.after_commit(f"tell {events[0].subject}", tell)


def apply() -> None:
    outbox.append = _later
