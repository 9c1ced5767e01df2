"""Tell the hub what a strategy made of each bar, beside the signals and never in their way.

What is added is put into a file of its own and sent from there in batches, again and again until the hub has
it: the hub knows each (strategy, version, symbol, timeframe, bar) once. Whatever goes wrong here (hub, disk,
the decision itself) is logged and counted, and raised to nobody.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from caerus_client.durable import DurableFile
from caerus_client.errors import ApiProblem, Unreachable
from caerus_client.posting import HOPELESS
from caerus_client.retry import Draw, RetryPolicy
from caerus_client.signing import fresh_nonce, producer_headers
from caerus_client.times import Now, SkewedClock, utc_now
from caerus_client.transport import Connected, Transport

log = logging.getLogger("caerus.decisions")

PATH = "/api/v1/decisions"
BATCH = 500
MOST_KEPT = 100_000
"""While the hub is away so many wait in the file, and as many again in memory; then the oldest go."""
IDLE_SECONDS = 1.0
PAUSE_SECONDS = 0.25
"""Between two batches: what a producer may call in a minute is there for its signals."""

SCHEMA = "create table if not exists decisions (id integer primary key autoincrement, body blob not null)"


class DecisionFile(DurableFile):
    """Decisions that the hub has not taken yet, oldest first."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path, SCHEMA)

    def put(self, bodies: list[bytes], most: int = MOST_KEPT) -> int:
        """Keep these, and the newest `most` of all; how many had to go."""
        with self.transaction() as db:
            db.executemany("insert into decisions (body) values (?)", [(body,) for body in bodies])
            query = "delete from decisions where id <= (select max(id) from decisions) - ?"
            return db.execute(query, (most,)).rowcount

    def oldest(self, limit: int) -> list[tuple[int, bytes]]:
        """Ids and bodies of the oldest."""
        return [
            (int(id), bytes(body))
            for id, body in self.rows("select id, body from decisions order by id limit ?", limit)
        ]

    def forget(self, up_to: int) -> None:
        """The hub has these."""
        with self.transaction() as db:
            db.execute("delete from decisions where id <= ?", (up_to,))


class DecisionCounters(msgspec.Struct):
    """Since the start. `lost` were too many, unreadable, or refused by the hub."""

    sent: int = 0
    failures: int = 0
    lost: int = 0


class DecisionClient(Connected):
    """Use it in `async with`; `run()` sends until cancelled. `secret` is the producer's; `timeout` in seconds."""

    def __init__(
        self,
        base_url: str,
        producer_id: str,
        secret: str,
        file: DecisionFile,
        *,
        retry: RetryPolicy | None = None,
        timeout: float = 10.0,
        session: aiohttp.ClientSession | None = None,
        now: Now = utc_now,
        draw: Draw = random.random,
    ) -> None:
        self._key, self._producer_id = secret.encode(), producer_id
        self._file, self._retry, self._timeout, self._draw = file, retry or RetryPolicy(), timeout, draw
        self._clock = SkewedClock(now)
        self._transport = Transport(base_url, self._sign, self._clock, session, 1)
        self._added: deque[bytes] = deque(maxlen=MOST_KEPT)
        self._come, self._empty = asyncio.Event(), asyncio.Event()
        self._size, self._failed = BATCH, 0
        self.counters = DecisionCounters()

    def add(self, decision: Mapping[str, Any]) -> None:
        """Take a decision in. It waits for nothing, and what cannot be written as JSON is lost with a word."""
        try:
            body = msgspec.json.encode(decision)
        except (TypeError, ValueError, RecursionError) as wrong:
            self._lose(1, f"a decision is no JSON: {wrong}")
            return
        if len(self._added) == MOST_KEPT:
            self._lose(1, "too many decisions wait")
        self._empty.clear()
        self._added.append(body)
        self._come.set()

    async def flushed(self, seconds: float) -> bool:
        """Wait until the hub has everything, but not longer. Needs `run()` beside it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        return self._empty.is_set()

    async def run(self) -> None:
        """Send what waits, and what comes, until cancelled; what is not sent by then stays in the file."""
        try:
            while True:
                self._come.clear()
                if (pause := await self._round()) is None:
                    await self._idle()
                else:
                    await asyncio.sleep(pause)
        finally:
            with suppress(Exception):
                self._file.put(self._taken())

    async def _round(self) -> float | None:
        """One batch; how many seconds to wait then, or None when nothing waits to be sent."""
        try:
            await self._keep()
            if rows := await asyncio.to_thread(self._file.oldest, self._size):
                return await self._send(rows)
        except Exception:  # a disk that is full or gone
            log.exception("decisions cannot be kept")
            return self._wait()
        if not self._added:
            self._empty.set()
        return None

    async def _idle(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(IDLE_SECONDS):
                await self._come.wait()

    async def _keep(self) -> None:
        bodies = self._taken()
        try:
            gone = await asyncio.to_thread(self._file.put, bodies) if bodies else 0
        except Exception:
            self._added.extendleft(reversed(bodies))
            raise
        if gone:
            self._lose(gone, "too many decisions wait")

    def _taken(self) -> list[bytes]:
        bodies = list(self._added)
        self._added.clear()
        return bodies

    async def _send(self, rows: list[tuple[int, bytes]]) -> float:
        body = b'{"items":[' + b",".join(each for _, each in rows) + b"]}"
        try:
            await self._transport.send("POST", PATH, body, timeout=self._timeout)
        except ApiProblem as problem:
            return await self._refused(rows, problem)
        except Unreachable as wrong:
            log.warning("decisions wait: %s", wrong)
            return self._wait()
        await asyncio.to_thread(self._file.forget, rows[-1][0])
        self.counters.sent += len(rows)
        self._failed, self._size = 0, min(BATCH, self._size * 2)
        return PAUSE_SECONDS

    async def _refused(self, rows: list[tuple[int, bytes]], problem: ApiProblem) -> float:
        """What the hub will never take is found by halves, and left out."""
        if problem.status not in HOPELESS:
            log.warning("decisions wait: %s", problem)
            return self._wait(problem.retry_after or 0.0)
        if len(rows) > 1:
            self._size = len(rows) // 2
            return PAUSE_SECONDS
        self._lose(1, f"the hub refused a decision: {problem}")
        await asyncio.to_thread(self._file.forget, rows[0][0])
        return PAUSE_SECONDS

    def _wait(self, at_least: float = 0.0) -> float:
        self._failed += 1
        self.counters.failures += 1
        return max(at_least, self._retry.pause(self._failed, self._draw))

    def _lose(self, count: int, why: str) -> None:
        self.counters.lost += count
        log.error("%s: %d lost", why, count)

    def _sign(self, method: str, path: str, body: bytes) -> dict[str, str]:
        return producer_headers(
            self._key, self._producer_id, method, path, body, now=self._clock(), nonce=fresh_nonce()
        )
