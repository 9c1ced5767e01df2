"""`caerus import-candles`, `caerus import-ticks`, `caerus import-sqlite`."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from hub.commands.terminal import database, fail, quiet
from hub.core import clock
from hub.core.problems import NotFound
from hub.core.resources import open_resources
from hub.core.servers import endpoints
from hub.identity.users import service as users
from hub.market.candles.models import Symbol, Timeframe
from strategies.symbols import ALIASES

Tz = Annotated[str | None, typer.Option("--tz", help="IANA zone of times that do not say theirs.")]
JsonOut = Annotated[Path | None, typer.Option("--json", help="Write the report here as JSON.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]


def candles(
    file: File,
    symbol: Annotated[str, typer.Option(help="Instrument, e.g. XAUUSD.")],
    timeframe: Annotated[Timeframe, typer.Option()],
    tz: Tz = None,
    json_out: JsonOut = None,
) -> None:
    """Import candles from a CSV (also gzipped) or Parquet file. Known bars are corrected; rows that are no bars
    are left out and reported, as are gaps in market hours.
    """
    from workers.imports import candles as work

    settings, name, span = quiet(), _symbol(symbol), _zone(tz)

    async def run(progress: Callable[[int, int], None]) -> Any:
        async with database(settings) as db:
            zone = settings.trading.market_tz
            return await work.run(db, file, name, timeframe, tz=span, zone=zone, progress=progress)

    _imported(file, run, work.table, json_out)


def ticks(
    file: File,
    symbol: Annotated[str, typer.Option(help="Instrument, e.g. XAUUSD.")],
    source: Annotated[str, typer.Option(help="Whose ticks they are: no two sources are mixed.")] = "file",
    tz: Tz = None,
    json_out: JsonOut = None,
) -> None:
    """Import ticks from a CSV (also gzipped; MetaTrader's export, or time, bid and ask) or Parquet file. Each is stored
    once; rows that are no ticks are left out and reported.
    """
    from workers.imports import ticks as work

    settings, name, zone = quiet(), _symbol(symbol), _zone(tz)
    if not re.fullmatch("[a-z0-9][a-z0-9._-]{0,31}", source):
        fail(f"{source!r} is no name of a source, such as dukascopy.")

    async def run(progress: Callable[[int, int], None]) -> Any:
        async with database(settings) as db:
            return await work.run(db, file, name, source, tz=zone, progress=progress)

    _imported(file, run, work.table, json_out)


def _symbol(given: str) -> Symbol:
    name = ALIASES.get(given.upper(), given.upper())
    try:
        return msgspec.convert(name, Symbol)
    except msgspec.ValidationError:
        fail(f"{given!r} is no symbol: three to twenty letters, digits or dots.")


def _zone(tz: str | None) -> str | None:
    try:
        return None if tz is None else ZoneInfo(tz).key
    except (ZoneInfoNotFoundError, ValueError):
        fail(f"{tz!r} is no IANA time zone, such as Europe/Athens.")


def _imported(
    file: Path,
    run: Callable[[Callable[[int, int], None]], Coroutine[Any, Any, Any]],
    table: Callable[[Any], Table],
    json_out: Path | None,
) -> None:
    """Candles or ticks of a file, with a bar while it lasts and a report at the end."""
    from workers.source import BadCandles

    try:
        with _bar(f"Importing {file.name}") as progress:
            done = asyncio.run(run(progress))
    except BadCandles as error:
        fail(str(error))
    _report(done, table(done), json_out)


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _report(done: Any, table: Table, json_out: Path | None) -> None:
    Console().print(table)
    if json_out:
        json_out.write_bytes(msgspec.json.format(msgspec.json.encode(done), indent=1) + b"\n")


def sqlite(
    file: File,
    user: Annotated[str, typer.Option(help="E-mail address of the person whose trades they are.")],
    currency: Annotated[str, typer.Option(help="Of every amount in the file.")] = "USD",
    tz: Tz = None,
    json_out: JsonOut = None,
) -> None:
    """Import the tables trades, equity and validation_logs of an old SQLite file. Nothing is stored twice; rows that
    cannot be used are left out and reported. Times that say no zone are UTC unless --tz says otherwise.
    """
    from workers.imports import run as work
    from workers.imports.rows import Into
    from workers.imports.sqlite import NoStore

    settings, zone = quiet(), ZoneInfo(_zone(tz) or "UTC")
    where = endpoints(settings)
    if not re.fullmatch("[A-Z]{3}", currency):
        fail(f"{currency!r} is no currency, such as USD.")

    async def run(progress: Callable[[int, int], None]) -> Any:
        async with open_resources(settings, where.dsn, where.redis_url) as res:
            if (person := await users.by_email(res, user)) is None:
                raise NotFound(f"Nobody has the address {user}.")
            return await work.run(res.db, file, Into(person.id, currency, zone, clock.now()), progress)

    try:
        with _bar(f"Importing {file.name}") as progress:
            done = asyncio.run(run(progress))
    except (NoStore, NotFound) as error:
        fail(error.detail if isinstance(error, NotFound) else str(error))
    _report(done, work.table(done), json_out)
