"""Candles from a file, checked."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np

from strategies.candles import Candles
from workers.source import check
from workers.source.columns import Faults, Millis, NoZone, numbers, times
from workers.source.report import BadCandles, BadRow, Report
from workers.source.table import Table, read_table

SERVER_TIME = "time_server"


def load(
    path: str | Path,
    *,
    timeframe: int | None = None,
    columns: dict[str, str] | None = None,
    timezone: str | None = None,
    on_bad: Literal["refuse", "skip"] = "refuse",
) -> tuple[Candles, Report]:
    """The candles of a CSV (also gzipped) or Parquet file, in UTC, and what was found on the way.

    `timeframe` in seconds, else the commonest step of the file. `columns` maps our names to the
    file's; bid prices are used where there are bid and ask. `timezone` (IANA) is that of times which
    do not say theirs; a column `time_server` is refused without it. A row that is broken, repeats a
    time or goes back in time is never used: "refuse" raises BadCandles naming the first of them and
    what to mend, "skip" leaves them out and reports each.
    """
    candles, report = read(path, timeframe=timeframe, columns=columns, timezone=timezone)
    if report.bad and on_bad == "refuse":
        raise BadCandles.because_of(report)
    return candles, report


def read(
    path: str | Path,
    *,
    timeframe: int | None = None,
    columns: dict[str, str] | None = None,
    timezone: str | None = None,
) -> tuple[Candles, Report]:
    """As `load` with "skip". Raises BadCandles only for what is no table of candles at all."""
    path = Path(path)
    table = read_table(path, columns)
    millis, faults = _times(path, table, timezone)
    step = timeframe or check.usual_step(np.delete(millis, list(faults)) // 1000)
    if step <= 0:
        raise BadCandles(f"{path.name} does not tell its timeframe: give timeframe=3600 for H1")
    prices = {}
    for name in check.PRICES:
        prices[name], unread = numbers(table.columns[name])
        faults = {**unread, **faults}
    volume, unread = (
        numbers(table.columns["volume"]) if "volume" in table.columns else (np.zeros(millis.size), {})
    )
    faults = {**check.implausible(prices, volume), **check.off_grid(millis, step), **unread, **faults}
    bad, kept = _sort_out(table, millis // 1000, faults)
    opened, high, low, close = (prices[name][kept] for name in check.PRICES)
    candles = Candles(millis[kept] // 1000, opened, high, low, close, volume[kept])
    rows = table.rows.size + len(table.ragged)
    return candles, Report(path.name, rows, len(candles), step, bad, check.gaps(candles, step))


def _times(path: Path, table: Table, timezone: str | None) -> tuple[Millis, Faults]:
    if table.time_name == SERVER_TIME and timezone is None:
        raise BadCandles(_zone_wanted(path, "its times are a broker's server times"))
    try:
        return times(table.columns["time"], timezone)
    except NoZone:
        raise BadCandles(_zone_wanted(path, "its times do not say their zone")) from None


def _zone_wanted(path: Path, why: str) -> str:
    return f'{path.name}: {why}. Say which, for instance timezone="UTC" or "Europe/Athens".'


def _sort_out(table: Table, time: Millis, faults: Faults) -> tuple[tuple[BadRow, ...], np.ndarray]:
    """Every bad row in the file's order, and the indexes of the good ones."""
    broken = [BadRow(int(table.rows[index]), "broken", why) for index, why in faults.items()]
    sound = np.setdiff1d(np.arange(time.size), np.fromiter(faults, dtype=np.int64, count=len(faults)))
    stale = check.disorder(time[sound], table.rows[sound])
    kept = sound[~np.isin(table.rows[sound], [row.row for row in stale])]
    return tuple(sorted([*table.ragged, *broken, *stale], key=lambda bad: bad.row)), kept
