"""Writes facts and their events through the real outbox, and rolls some back on purpose."""

import os
import random
import signal
from uuid import uuid4

from msgspec import Struct

from hub.core import outbox
from hub.core.db import Db, Transaction
from hub.core.outbox import Event
from hub.core.redis import Redis

FACT = "insert into chaos.facts (key, topic, writer, number) values ($1, $2, $3, $4)"
_TYPES = {
    "signals": "signal.created",
    "approvals": "approval.decided",
    "executions": "execution.filled",
    "candles": "candle.closed",
}


class RolledBack(Exception):
    """What was written must never be seen."""


class Where(Struct, frozen=True):
    """Where to write, and as whom."""

    db: Db
    redis: Redis
    writer: str


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Writer:
    """One writer: its events of a topic are numbered from 1, with holes where it rolled back."""

    def __init__(self, where: Where, topics: list[str], chance: random.Random) -> None:
        self._where, self._topics, self._random = where, topics, chance
        self._number = 0

    async def transaction(self, die_at: int = 0) -> None:
        """Some events in one transaction, one time in eight rolled back; SIGKILL at step `die_at`."""
        try:
            async with self._where.db.transaction() as tx:
                if die_at == 3:
                    tx.after_commit("die", _die)
                await self.write(tx, self._random.choices(self._topics, k=self._random.randint(1, 4)), die_at)
                if not die_at and self._random.random() < 0.125:
                    raise RolledBack
        except RolledBack:
            return

    async def write(self, tx: Transaction, topics: list[str], die_at: int = 0, size: int = 0) -> None:
        facts = [self._fact(topic, size) for topic in topics]
        for topic, event in facts:
            await tx.execute(FACT, event.data["fact"], topic, self._where.writer, event.data["n"])
        if die_at == 1:
            die()
        for _, event in facts:
            await outbox.append(tx, self._where.redis, [event])
        if die_at == 2:
            die()

    def _fact(self, topic: str, size: int) -> tuple[str, Event]:
        self._number += 1
        key = f"fact:{uuid4()}"
        padding = "é" * (size or self._random.choice((0, 20, 200, 2_000)))
        data = {"fact": key, "n": self._number, "by": self._where.writer, "x": padding}
        return topic, Event(topic, _TYPES[topic.partition(":")[0]], key, self._where.writer, data)


async def _die() -> None:
    die()


async def burst(where: Where, writer: Writer, topic: str, transactions: int, size: int) -> None:
    """So many transactions of four events of `size` characters each."""
    for _ in range(transactions):
        async with where.db.transaction() as tx:
            await writer.write(tx, [topic] * 4, size=size)
