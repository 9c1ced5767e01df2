"""The outbox: an event is appended in the transaction that made it true.

The relay (`core/relay`) numbers committed events and moves them to Redis. Nothing else publishes.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from hub.core import clock, tracing
from hub.core.db import Transaction
from hub.core.redis import Redis
from hub.core.sql import Sql

sql = Sql("core")

WAKE = "caerus:relay"


class Event(msgspec.Struct, frozen=True):
    """A fact in the past tense, about `subject`, for one topic.

    `data` is the JSON that subscribers read; `actor` is who made it true; `traceparent` is the trace it goes on
    with, by default that of the work at hand.
    """

    topic: str
    type: str
    subject: str
    actor: str
    data: Any
    traceparent: str | None = None


async def append(tx: Transaction, redis: Redis, events: Sequence[Event]) -> None:
    """Append in order; after the commit the relay is woken (it also looks by itself)."""
    at, here = clock.now(), tracing.current()
    await sql.run(
        tx,
        "append_events",
        topics=[event.topic for event in events],
        types=[event.type for event in events],
        subjects=[event.subject for event in events],
        actors=[event.actor for event in events],
        at=at,
        data=[msgspec.json.encode(event.data).decode() for event in events],
        traceparents=[event.traceparent or here for event in events],
    )
    tx.after_commit("relay", lambda: redis.publish(WAKE, b"1"))
