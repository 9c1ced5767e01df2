"""A file of candles into `market.candles`, and a report of what is wrong with it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from rich.table import Table

from hub.core.clock import rfc3339
from hub.core.db import Db
from hub.market.candles import rules, service
from hub.market.candles.models import Timeframe
from hub.market.candles.rules import STEPS, Span
from strategies.candles import Candles
from workers.source import Gap, Report, read, stored

_CHUNK = 10_000
SHOWN = 1_000
"""So many of each are named in a report; all are counted."""

Progress = Callable[[int, int], None]


class Refused(Struct, frozen=True):
    """A row that was left out, counted from 1."""

    row: int
    kind: str
    reason: str


class Hole(Struct, frozen=True):
    """Bars that market hours allow and the file lacks. Openings of the first and of the last."""

    first: str
    last: str
    bars: int


class Imported(Struct, frozen=True):
    """What became of a file. `duplicates` and `refused_rows` are counts, the lists name the first 1,000."""

    file: str
    symbol: str
    timeframe: str
    rows: int
    used: int
    added: int
    changed: int
    unchanged: int
    refused_rows: int
    duplicates: int
    gaps: int
    missing_bars: int
    refused: list[Refused]
    holes: list[Hole]


async def run(
    db: Db, path: Path, symbol: str, timeframe: Timeframe, *, tz: str | None, zone: str, progress: Progress
) -> Imported:
    """Import; a second time changes nothing. `tz`: of times that do not say theirs; `zone`: of market hours.

    Raises BadCandles for what is no table of candles, FileNotFoundError.
    """
    candles, report = await asyncio.to_thread(read, path, timeframe=STEPS[timeframe], timezone=tz)
    added, changed = await _take(db, symbol, timeframe, candles, progress)
    holes = await asyncio.to_thread(_holes, symbol, timeframe, report.gaps, zone)
    return _imported(symbol, timeframe, report, added, changed, holes)


async def _take(
    db: Db, symbol: str, timeframe: Timeframe, candles: Candles, progress: Progress
) -> tuple[int, int]:
    added = changed = 0
    for start in range(0, len(candles), _CHUNK):
        taken = await service.take(db, symbol, timeframe, stored(candles[start : start + _CHUNK]))
        added, changed = added + taken.added, changed + taken.changed
        progress(min(start + _CHUNK, len(candles)), len(candles))
    return added, changed


def _holes(symbol: str, timeframe: Timeframe, gaps: tuple[Gap, ...], zone: str) -> list[Hole]:
    found, step = [], STEPS[timeframe]
    for gap in gaps:
        span = Span(_time(gap.after + step), _time(gap.before))
        if lacking := rules.expected(symbol, timeframe, span, zone):
            found.append(Hole(rfc3339(lacking[0]), rfc3339(lacking[-1]), len(lacking)))
    return found


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _imported(
    symbol: str, timeframe: str, report: Report, added: int, changed: int, holes: list[Hole]
) -> Imported:
    return Imported(
        file=report.source,
        symbol=symbol,
        timeframe=timeframe,
        rows=report.rows,
        used=report.used,
        added=added,
        changed=changed,
        unchanged=report.used - added - changed,
        refused_rows=len(report.bad),
        duplicates=len(report.of("duplicate")),
        gaps=len(holes),
        missing_bars=sum(hole.bars for hole in holes),
        refused=[Refused(bad.row, bad.kind, bad.reason) for bad in report.bad[:SHOWN]],
        holes=holes[:SHOWN],
    )


def table(done: Imported, named: int = 10) -> Table:
    """The report as people read it."""
    shown = Table(title=f"{done.file}: {done.symbol} {done.timeframe}", show_header=False)
    for name in ("rows", "used", "added", "changed", "unchanged", "refused_rows", "duplicates", "gaps"):
        shown.add_row(name.replace("_", " "), f"{getattr(done, name):,}")
    shown.add_row("bars missing in gaps", f"{done.missing_bars:,}")
    shown.add_section()
    for refused in done.refused[:named]:
        shown.add_row(f"row {refused.row}", f"{refused.kind}: {refused.reason}")
    for hole in done.holes[:named]:
        shown.add_row("gap", f"{hole.first} to {hole.last}: {hole.bars} bars")
    if len(done.refused) > named or len(done.holes) > named:
        shown.add_row("", "more of them with --json")
    return shown
