"""What PostgreSQL says was committed. It may be away: every question is asked until it is answered."""

import asyncio
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from tests.chaos.stream_model import Told, Written

_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_PATIENCE_SECONDS = 60

_NEW_TOLD = "select n, topic, topic_offset, type, data from chaos.told where n > $1 order by n"
_NEW_FACTS = "select n, key, topic, writer, number from chaos.facts where n > $1 order by n"
_KEYS = "select key from chaos.facts where topic = $1 and n > $2"


class Truth:
    """The committed events of each topic by offset, and the rows they tell of."""

    def __init__(self, owner_dsn: str) -> None:
        self._dsn = owner_dsn
        self._alone = asyncio.Lock()
        self._connecting: asyncio.Task[Any] | None = None
        self.told: defaultdict[str, dict[int, Told]] = defaultdict(dict)
        self.rows: defaultdict[str, list[Written]] = defaultdict(list)
        self._last_told = self._last_fact = 0
        self._checked: dict[str, int] = {}
        self.base = 0
        """Facts up to here were checked in rounds before this one."""

    async def prepare(self) -> None:
        await self.ask("execute", (Path(__file__).with_suffix(".sql")).read_text())

    async def ask(self, how: str, query: str, *args: Any) -> Any:
        """`fetch`, `fetchval` or `execute`, again until PostgreSQL answers."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                async with self._alone:
                    return await self._once(how, query, *args)
            except _AWAY:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.05)

    async def _once(self, how: str, query: str, *args: Any) -> Any:
        # Who asks may be cancelled; a connection that is being made is finished all the same, for the next.
        if self._connecting is None:
            self._connecting = asyncio.ensure_future(
                asyncpg.connect(self._dsn, timeout=5, command_timeout=10)
            )
        try:
            connection = await asyncio.shield(self._connecting)
            return await getattr(connection, how)(query, *args)
        except _AWAY:
            await self.close()
            raise

    async def close(self) -> None:
        """Until somebody asks again."""
        connecting, self._connecting = self._connecting, None
        if connecting:
            with suppress(*_AWAY):
                (await connecting).terminate()

    async def read(self) -> None:
        """Learn what was committed since the last time."""
        for n, topic, offset, type, data in await self.ask("fetch", _NEW_TOLD, self._last_told):
            decoded = msgspec.json.decode(data)
            self.told[topic][offset] = Told(decoded["fact"], type, decoded)
            self._last_told = n
        for n, key, topic, writer, number in await self.ask("fetch", _NEW_FACTS, self._last_fact):
            self.rows[topic].append(Written(key, topic, writer, number))
            self._last_fact = n

    async def keys(self, topic: str) -> frozenset[str]:
        """A snapshot: the rows of a topic that are committed now, as far as this round wrote them."""
        return frozenset(row[0] for row in await self.ask("fetch", _KEYS, topic, self.base))

    async def unsent(self) -> int:
        return int(await self.ask("fetchval", "select count(*) from core.outbox"))

    async def numbered(self) -> int:
        return int(await self.ask("fetchval", "select count(*) from chaos.told"))

    async def facts(self) -> int:
        return int(await self.ask("fetchval", "select count(*) from chaos.facts"))

    async def start(self) -> None:
        """What was committed until now is nobody's business."""
        await self.read()
        self.forget()

    def fresh(self, topic: str) -> dict[int, Told]:
        """What this round committed to a topic."""
        checked = self._checked.get(topic, 0)
        return {offset: told for offset, told in self.told[topic].items() if offset > checked}

    def known(self, topic: str) -> set[str]:
        return {row.key for row in self.rows[topic]}

    def count(self) -> int:
        return sum(len(self.fresh(topic)) for topic in self.told)

    def forget(self) -> None:
        """The round is checked: of each topic its last offset is enough."""
        self.base = self._last_fact
        self.rows.clear()
        for topic, events in self.told.items():
            if events:
                last = self._checked[topic] = max(events)
                self.told[topic] = {last: events[last]}
