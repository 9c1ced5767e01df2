"""`caerus replay`: a throw-away hub of its own, the driver, a watcher, the count."""

import asyncio
import sys
import time
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
from caerus_client.ledger import Ledger
from caerus_client.spool import Spool
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hub.core.resources import open_resources
from strategies.candles import Candles
from strategies.symbols import SYMBOLS, Symbol
from workers.replay.books import Ledgers
from workers.replay.driver import Driver
from workers.replay.identities import PRODUCER, SERVER, Identities, prepare
from workers.replay.party import LOGINS, RISK_BP, join
from workers.replay.report import Report, checks, latency, outcomes, table
from workers.replay.tally import Tally, tally
from workers.replay.watch import Watcher
from workers.simulator.witness import Identity
from workers.source.load import load
from workers.source.report import BadCandles
from workers.up.children import Child
from workers.up.stack import Stack, throw_away

ALONE = ("serve", "relay")
LONG_AGO = {"PAPER_CLOCK": "market", "COPY_KEEP_HOURS": "false", "COPY_MAX_TRADES_A_DAY": "10000"}
"""A year passes within an hour of today."""
COMPANY = tuple(Child(name, (name,), LONG_AGO) for name in ("serve", "relay", "work"))
_EVERYTHING_SEEN_SECONDS = 10


class BadRequest(Exception):
    """What was asked for makes no sense; the message says what would."""


def replay(
    file: Path,
    *,
    since: str | None,
    until: str | None,
    approve: str,
    json_out: Path | None,
    symbol: str | None,
    company: bool = False,
) -> bool:
    """Run it all; whether nothing was lost, nothing doubled, and with company the books balance."""
    fraction, traded = _fraction(approve), _symbol(file, symbol)
    candles = _candles(file, since, until)
    console = Console(stderr=True, width=None if sys.stderr.isatty() else 150)
    with throw_away(*(COMPANY if company else ALONE)) as stack:
        report = asyncio.run(_Replay(stack, traded, fraction, candles, console, company).run(file))
    console.print(table(report))
    if report.books:
        console.print(outcomes(report.books), checks(report.books))
    if json_out:
        json_out.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    return report.stages.clean and (report.books is None or report.books.balance)


class _Replay:
    """One run."""

    def __init__(
        self,
        stack: Stack,
        symbol: Symbol,
        fraction: float,
        candles: tuple[Candles, Candles],
        console: Console,
        company: bool,
    ) -> None:
        self._company = company
        self._stack, self._symbol, self._fraction = stack, symbol, fraction
        (self._candles, self._before), self._home, self._console = candles, stack.home, console

    async def run(self, file: Path) -> Report:
        endpoints, settings = self._stack.endpoints, self._stack.settings
        async with open_resources(settings, endpoints.dsn, endpoints.redis_url) as res:
            who = await prepare(res, self._stack.base_url, account=LOGINS[0] if self._company else "")
            driver = self._driver(who)
            async with driver, AsyncExitStack() as others, asyncio.TaskGroup() as group:
                party = await join(others, res, driver, self._symbol, self._home) if self._company else None
                watcher = Watcher(who.base_url, driver.person.token)
                watching = group.create_task(watcher.run())
                await watcher.listening.wait()
                began = time.monotonic()
                await self._drive(driver)
                seconds = time.monotonic() - began
                await _until_seen(watcher, driver.producer.counters.stored)
                watching.cancel()
                books = await party.books(self._candles) if party else None
                comments = [trade.comment for trade in driver.terminal.trades()]
                found = await tally(
                    res.db,
                    PRODUCER,
                    who.user_id,
                    queued(self._home),
                    watcher.seen.ids,
                    taken(driver.ledger),
                    comments,
                )
        return self._report(file, driver, watcher, found, seconds, books)

    def _driver(self, who: Identities) -> Driver:
        if not self._company:
            return Driver(who, self._symbol, self._fraction, self._home, durable=False)
        account, risk = Identity(SERVER, LOGINS[0]), RISK_BP / 10_000
        return Driver(
            who, self._symbol, self._fraction, self._home, durable=False, account=account, risk=risk
        )

    async def _drive(self, driver: Driver) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._console) as progress:
            driver.trader.warm(self._before)
            task = progress.add_task(f"Replaying {self._symbol.name}", total=len(self._candles))
            await driver.run(self._candles, lambda number: progress.update(task, completed=number))
            progress.update(task, completed=len(self._candles))

    def _report(
        self,
        file: Path,
        driver: Driver,
        watcher: Watcher,
        found: Tally,
        seconds: float,
        books: Ledgers | None,
    ) -> Report:
        counters, bars = driver.producer.counters, len(self._candles)
        return Report(
            file=file.name,
            symbol=self._symbol.name,
            first_bar=_iso(self._candles.time[0]),
            last_bar=_iso(self._candles.time[-1]),
            bars=bars,
            setups=len(queued(self._home)),
            posted=counters.stored + counters.duplicates,
            stored=found.stored,
            duplicates_refused=counters.duplicates,
            approved=found.approved,
            delivered=found.delivered,
            acknowledged=found.acknowledged,
            filled=found.filled,
            closed=found.closed,
            lost=sum(found.lost.values()),
            doubled=sum(found.doubled.values()),
            stages=found,
            post_to_stored=latency(driver.measures.post_to_stored),
            stored_to_websocket=latency(watcher.seen.delays),
            approved_to_ea=latency(driver.measures.approved_to_ea),
            seconds=round(seconds, 1),
            bars_per_second=round(bars / seconds, 1),
            books=books,
        )


def queued(folder: Path) -> list[tuple[datetime, str]]:
    """(time, version) of every signal the trader ever put into its spool."""
    with Spool(folder / "spool.db") as spool:
        bodies = [
            msgspec.json.decode(body)
            for (body,) in spool.rows("select body from items where kind = 'signal'")
        ]
    return [(datetime.fromisoformat(body["time"]), body["version"]) for body in bodies]


def taken(ledger: Ledger) -> list[str]:
    """Ids of every command the EA ever began."""
    return [id for (id,) in ledger.rows("select id from commands")]


async def _until_seen(watcher: Watcher, count: int) -> None:
    """What does not come in time is counted as lost."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_EVERYTHING_SEEN_SECONDS):
            await watcher.until(count)


def _fraction(approve: str) -> float:
    try:
        value = {"all": 1.0, "none": 0.0}.get(approve)
        value = float(approve) if value is None else value
    except ValueError:
        value = -1
    if not 0 <= value <= 1:
        raise BadRequest(f"--approve {approve}: say all, none, or a fraction between 0 and 1.")
    return value


def _symbol(file: Path, name: str | None) -> Symbol:
    """By option, else by the name the file begins with."""
    wanted = name or file.name.split("_")[0].split(".")[0]
    if wanted.upper() not in SYMBOLS:
        raise BadRequest(
            f"Which instrument is {file.name}? Say --symbol, one of {', '.join(sorted(SYMBOLS))}."
        )
    return SYMBOLS[wanted.upper()]


def _candles(file: Path, since: str | None, until: str | None) -> tuple[Candles, Candles]:
    """What is replayed, and what was before it: the strategy has seen that."""
    try:
        candles, _ = load(file)
    except BadCandles as error:
        raise BadRequest(str(error)) from None
    first, last = _time("--from", since), _time("--until", until)
    begin = 0 if first is None else int(np.searchsorted(candles.time, first))
    end = len(candles) if last is None else int(np.searchsorted(candles.time, last))
    kept = candles[begin:end]
    if not len(kept):
        raise BadRequest(f"{file.name} has no bars between --from and --until.")
    return kept, candles[:begin]


def _time(option: str, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{option} {text}: write a date such as 2020-01-31.") from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")
