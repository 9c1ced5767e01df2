"""A file of ticks into `market.ticks`, and a report of what is wrong with it."""

import asyncio
from pathlib import Path

from msgspec import Struct
from rich.table import Table

from hub.core.db import Db
from hub.market.quotes import service
from workers.imports.candles import SHOWN, Progress, Refused
from workers.source import Ticks, read_ticks

_CHUNK = 10_000


class ImportedTicks(Struct, frozen=True):
    """What became of a file. `duplicates` and `refused_rows` are counts, the list names the first 1,000."""

    file: str
    symbol: str
    source: str
    rows: int
    used: int
    added: int
    unchanged: int
    refused_rows: int
    duplicates: int
    refused: list[Refused]


async def run(
    db: Db, path: Path, symbol: str, source: str, *, tz: str | None, progress: Progress
) -> ImportedTicks:
    """Import; a second time changes nothing. `tz`: of times that do not say theirs.

    Raises BadCandles for what is no table of ticks, FileNotFoundError.
    """
    read = await asyncio.to_thread(read_ticks, path, timezone=tz)
    added = await _add(db, symbol, source, read.ticks, progress)
    return ImportedTicks(
        file=path.name,
        symbol=symbol,
        source=source,
        rows=read.rows,
        used=len(read.ticks),
        added=added,
        unchanged=len(read.ticks) - added,
        refused_rows=len(read.bad),
        duplicates=sum(bad.kind == "duplicate" for bad in read.bad),
        refused=[Refused(bad.row, bad.kind, bad.reason) for bad in read.bad[:SHOWN]],
    )


async def _add(db: Db, symbol: str, source: str, ticks: Ticks, progress: Progress) -> int:
    added = 0
    for start in range(0, len(ticks), _CHUNK):
        end = min(start + _CHUNK, len(ticks))
        added += await service.add_ticks(db, symbol, source, ticks.stored(start, end))
        progress(end, len(ticks))
    return added


def table(done: ImportedTicks, named: int = 10) -> Table:
    """The report as people read it."""
    shown = Table(title=f"{done.file}: {done.symbol}", show_header=False)
    for name in ("rows", "used", "added", "unchanged", "refused_rows", "duplicates"):
        shown.add_row(name.replace("_", " "), f"{getattr(done, name):,}")
    shown.add_section()
    for refused in done.refused[:named]:
        shown.add_row(f"row {refused.row}", f"{refused.kind}: {refused.reason}")
    if len(done.refused) > named:
        shown.add_row("", "more of them with --json")
    return shown
