"""Kills hub, relay and driver with SIGKILL at random moments of a replay, and counts what came of it."""

import asyncio
import os
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from caerus_client.ledger import Ledger
from caerus_client.rest import HubClient
from caerus_client.spool import Spool
from msgspec import Struct

from hub.core.resources import open_resources
from hub.core.sql import Runs
from strategies.symbols import SYMBOLS
from workers.replay.identities import EMAIL, PASSWORD, PRODUCER, Identities, prepare
from workers.replay.run import queued, taken
from workers.replay.tally import Tally, tally
from workers.replay.watch import Watcher
from workers.simulator.terminal import Terminal
from workers.source.load import load
from workers.trader.trader import Config, Trader
from workers.up.children import Child
from workers.up.stack import Stack, throw_away

GOLD = Path(__file__).parents[2].parent / "shared" / "data" / "XAUUSD_H1_ejtrader_2012-2022_utc.csv.gz"
SYMBOL = "XAUUSD"
TOGETHER = 32
TARGETS = ("serve", "serve", "relay", "driver")
LIMIT_SECONDS = 400


class Outcome(Struct, frozen=True):
    """What a run with crashes ended in. `expected` is what an undisturbed trader decides."""

    kills: dict[str, int]
    found: Tally
    expected: set[tuple[datetime, str]]
    queued: set[tuple[datetime, str]]
    gaps: int


class Crashes:
    """One replay of `bars` gold bars under fire."""

    def __init__(self, bars: int, kills: int, seed: int) -> None:
        self.bars, self._random = bars, random.Random(seed)
        self._victims = _order(self._random, kills)
        self.killed = dict.fromkeys(TARGETS, 0)

    def run(self, *, protection: bool = True) -> Outcome:
        """To the end. Without `protection` the database no longer says that a signal is stored once, and
        the run is over with the first one that is stored twice.
        """
        self._protected = protection
        with (
            tempfile.TemporaryDirectory(prefix="caerus-crash-") as folder,
            throw_away("serve", "relay") as stack,
        ):
            if not protection:
                asyncio.run(_unprotect(stack))
            return asyncio.run(self._run(stack, Path(folder)))

    async def _run(self, stack: Stack, folder: Path) -> Outcome:
        endpoints = stack.endpoints
        async with open_resources(stack.settings, endpoints.dsn, endpoints.redis_url) as res:
            who = await prepare(res, stack.base_url)
            stack.children.start(self._driver(folder, who))
            async with HubClient(stack.base_url) as person, asyncio.TaskGroup() as group:
                await person.login(EMAIL, PASSWORD)
                watcher = Watcher(stack.base_url, person.token)
                watching = group.create_task(watcher.run())
                await watcher.listening.wait()
                await self._fire(stack, res.db, folder / "done")
                await _settled(watcher, res.db)
                watching.cancel()
            with Ledger(folder / "ea.db") as ledger:
                begun = taken(ledger)
            found = await tally(
                res.db, PRODUCER, who.user_id, queued(folder), watcher.seen.ids, begun, _comments(folder)
            )
        return Outcome(
            self.killed, found, await _undisturbed(self.bars), set(queued(folder)), watcher.seen.gaps
        )

    def _driver(self, folder: Path, who: Identities) -> Child:
        args = (str(GOLD), SYMBOL, str(self.bars), str(folder), str(TOGETHER))
        return Child("driver", args, who.environment(), module="workers.replay.process")

    async def _fire(self, stack: Stack, db: Runs, done: Path) -> None:
        """Kill at random moments at which the hub is at work, restart, until the replay is over."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while not done.exists():
            assert time.monotonic() < deadline, f"the replay did not end; {self.killed} so far"
            await _tended(stack, self._random.uniform(0.1, 0.9), done)
            if not self._victims or not await _listening(stack):
                continue
            if _kill(stack, self._victims[-1]):
                self.killed[self._victims.pop()] += 1
            if not self._protected and await _doubled(db):
                return


def _order(chance: random.Random, kills: int) -> list[str]:
    """Whom to kill, in a random order in which each gets its share, whatever the machine's pace."""
    victims = [TARGETS[number % len(TARGETS)] for number in range(kills)]
    chance.shuffle(victims)
    return victims


async def _tended(stack: Stack, seconds: float, done: Path) -> None:
    """Let it work for so long; what died is started again."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not done.exists():
            stack.children.tend()
        await asyncio.sleep(0.01)


async def _listening(stack: Stack) -> bool:
    serve = stack.settings.serve
    try:
        _, writer = await asyncio.open_connection(serve.host, serve.port)
    except OSError:
        return False
    writer.close()
    return True


async def _doubled(db: Runs) -> bool:
    row = await db.fetchrow("select count(*) > count(distinct (time, version)) from trading.signals")
    return bool(row[0])


def _kill(stack: Stack, name: str) -> bool:
    try:
        os.kill(stack.children.pid(name), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


async def _unprotect(stack: Stack) -> None:
    import asyncpg

    connection = await asyncpg.connect(stack.endpoints.owner_dsn)
    await connection.execute("alter table trading.signals drop constraint signals_once")
    await connection.close()


async def _settled(watcher: Watcher, db: Runs) -> None:
    """Everything stored was told, or enough time has passed to call it lost."""
    row = await db.fetchrow("select count(*) from trading.signals")
    try:
        async with asyncio.timeout(20):
            await watcher.until(int(row[0]))
    except TimeoutError:
        return


def _comments(folder: Path) -> list[str]:
    terminal = Terminal(SYMBOLS[SYMBOL], path=folder / "terminal.db")
    try:
        return [trade.comment for trade in terminal.trades()]
    finally:
        terminal.close()


async def _undisturbed(bars: int) -> set[tuple[datetime, str]]:
    with _scratch() as folder, Spool(folder / "spool.db") as spool:
        trader = Trader(Config(SYMBOLS[SYMBOL]), spool)
        for bar in load(GOLD)[0][:bars]:
            await trader.step(bar)
        return set(queued(folder))


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)
