"""The writing process: some writers at once, until it is killed; CHAOS_TOPICS is what they write to."""

import asyncio
import os
import random
from uuid import uuid4

import asyncpg

from hub.core.db import open_db
from hub.core.redis import open_redis
from hub.core.settings import Settings
from tests.chaos.board import Board
from tests.chaos.process import begin
from tests.chaos.writing import Where, Writer

_WRITERS = 3
_PAUSE_SECONDS = 0.06
_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class Pen:
    """Lets the writers write while the board says so."""

    def __init__(self, board: Board) -> None:
        self._board, self._busy = board, 0

    async def write(self, writer: Writer, chance: random.Random) -> None:
        while True:
            await asyncio.sleep(chance.uniform(0.005, _PAUSE_SECONDS))
            if not self._board["writing"]:
                self._board["idle"] = float(self._busy == 0)
                continue
            await self._once(writer)

    async def _once(self, writer: Writer) -> None:
        self._busy += 1
        self._board["idle"] = 0
        step, self._board["die"] = int(self._board["die"]), 0
        try:
            await writer.transaction(step)
            self._board["progress"] += 1
        except _AWAY:
            await asyncio.sleep(0.05)
        finally:
            self._busy -= 1


class _Stutter:
    """With `stutter` every other look at the clock is so many seconds early."""

    def __init__(self) -> None:
        self._looks = 0

    def __call__(self, board: Board) -> float:
        self._looks += 1
        return board["writer"] - (board["stutter"] if self._looks % 2 else 0.0)


async def main() -> None:
    board = begin(_Stutter())
    settings, seed = Settings(), int(os.environ["CHAOS_SEED"])
    topics = os.environ["CHAOS_TOPICS"].split()
    db = await open_db(settings.db, settings.db.dsn)
    redis = open_redis(settings.redis.url, timeout=2)
    pen, life = Pen(board), uuid4().hex[:6]
    async with asyncio.TaskGroup() as group:
        for number in range(_WRITERS):
            where = Where(db, redis, f"writer-{life}-{number}")
            chance = random.Random(f"{seed}-{life}-{number}")
            group.create_task(pen.write(Writer(where, topics, chance), chance))


if __name__ == "__main__":
    asyncio.run(main())
