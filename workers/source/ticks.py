"""Files of ticks: CSV with a time, bid and ask, MetaTrader's export, Parquet."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hub.core import clock
from hub.market.quotes.models import Tick
from workers.source.columns import Faults, Millis, NoZone, numbers, times
from workers.source.report import BadCandles, BadRow
from workers.source.table import Names, Table, read_table

NAMES: Names = {
    "date": ("<DATE>",),
    "time": ("time", "datetime", "timestamp", "<TIME>"),
    "bid": ("bid", "<BID>"),
    "ask": ("ask", "<ASK>"),
}
_MOST = 1e9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ticks:
    """Columns in order of time. `time` in milliseconds since 1970, UTC."""

    time: Millis
    bid: NDArray[np.float64]
    ask: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.time)

    def stored(self, start: int, end: int) -> list[Tick]:
        """Those from one place to another as the hub stores them: the shortest decimals, so those of the file."""
        rows = (column[start:end].tolist() for column in (self.time, self.bid, self.ask))
        return [
            Tick(_EPOCH + timedelta(milliseconds=at), Decimal(repr(bid)), Decimal(repr(ask)))
            for at, bid, ask in zip(*rows, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Read:
    """What is sound in a file, and which of its `rows` are not."""

    ticks: Ticks
    rows: int
    bad: tuple[BadRow, ...]


def read_ticks(path: Path, *, timezone: str | None = None) -> Read:
    """The ticks of a file, each once, in UTC. `timezone` (IANA) is that of times which do not say theirs.

    Raises BadCandles for what is no table of ticks, FileNotFoundError.
    """
    table = read_table(path, known=NAMES, optional=frozenset({"date"}))
    try:
        millis, faults = times(_time(table), timezone)
    except NoZone:
        raise BadCandles(
            f'{path.name}: its times do not say their zone. Say which, for instance "UTC" or "Europe/Athens".'
        ) from None
    bid, no_bid = numbers(_price(table, "bid"))
    ask, no_ask = numbers(_price(table, "ask"))
    ticks = Ticks(millis, bid, ask)
    faults = {**_implausible(ticks, clock.now()), **no_ask, **no_bid, **faults}
    bad, kept = _sort_out(table, ticks, faults)
    return Read(kept, table.rows.size + len(table.ragged), bad)


def _time(table: Table) -> pa.Array:
    """MetaTrader writes `2024.03.04` and `09:00:00.125` into two columns."""
    if "date" not in table.columns:
        return table.columns["time"]
    days = pc.replace_substring(pc.cast(table.columns["date"], pa.string()), ".", "-")
    return pc.binary_join_element_wise(days, pc.cast(table.columns["time"], pa.string()), " ")


def _price(table: Table, name: str) -> pa.Array:
    """In MetaTrader's export a price that has not changed is left empty: it is that of the row before."""
    column = table.columns[name]
    if "date" not in table.columns or not pa.types.is_string(column.type):
        return column
    return pc.fill_null_forward(pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column))


def _implausible(ticks: Ticks, now: datetime) -> Faults:
    bid, ask = ticks.bid, ticks.ask
    finite = np.isfinite(bid) & np.isfinite(ask)
    with np.errstate(invalid="ignore"):
        rules = {
            "its time is before 1970 or to come": (ticks.time < 0) | (ticks.time > now.timestamp() * 1000),
            "a price is not finite": ~finite,
            "a price is not positive, or beyond all prices": finite & ((bid <= 0) | (ask >= _MOST)),
            "the ask is below the bid": finite & (ask < bid),
        }
    # the first rule that a row breaks names it
    return {int(i): why for why, broken in reversed(rules.items()) for i in np.flatnonzero(broken)}


def _sort_out(table: Table, ticks: Ticks, faults: Faults) -> tuple[tuple[BadRow, ...], Ticks]:
    """Every bad row in the file's order, and the good ones, each once, in order of time."""
    sound = np.setdiff1d(np.arange(len(ticks)), np.fromiter(faults, dtype=np.int64, count=len(faults)))
    keys = np.column_stack([ticks.time[sound].astype(np.float64), ticks.bid[sound], ticks.ask[sound]])
    _, first = np.unique(keys, axis=0, return_index=True)
    broken = [BadRow(int(table.rows[index]), "broken", why) for index, why in faults.items()]
    again = np.setdiff1d(np.arange(sound.size), first)
    twice = [
        BadRow(int(table.rows[sound[i]]), "duplicate", "the same tick as a row before it") for i in again
    ]
    kept = sound[first]
    bad = tuple(sorted([*table.ragged, *broken, *twice], key=lambda row: row.row))
    return bad, Ticks(ticks.time[kept], ticks.bid[kept], ticks.ask[kept])


class TickFile:
    """The ticks of one symbol from a file as a source of the hub's pipeline, read once, in a thread."""

    def __init__(self, path: Path, symbol: str, *, name: str = "file", timezone: str | None = None) -> None:
        self.name = name
        self._path, self._symbol, self._timezone = path, symbol, timezone
        self._loaded: Ticks | None = None

    async def ticks(self, symbol: str, start: datetime, end: datetime) -> Sequence[Tick]:
        """From `start` until before `end`; none of any other symbol. Raises BadCandles for what is no file of ticks."""
        if symbol != self._symbol:
            return []
        if self._loaded is None:
            read = await asyncio.to_thread(read_ticks, self._path, timezone=self._timezone)
            self._loaded = read.ticks
        first, last = np.searchsorted(self._loaded.time, [start.timestamp() * 1000, end.timestamp() * 1000])
        return self._loaded.stored(int(first), int(last))
