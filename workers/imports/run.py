"""An old trade store into the hub: what fits is stored once, what does not is reported."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct
from rich.table import Table

from hub.core.db import Db, Transaction
from hub.trading.trades import service
from workers.imports import rows
from workers.imports.rows import Into, Row
from workers.imports.sqlite import opened
from workers.imports.values import Unfit

SHOWN = 1_000
"""So many refused rows, and so many different reasons, are named in a report; all rows are counted."""
OTHER = "other reasons"

Progress = Callable[[int, int], None]


class Refused(Struct, frozen=True):
    """A row of the file that was left out, counted from 1."""

    row: int
    reason: str


class Outcome(Struct):
    """What became of a table. `known`: rows that were stored before, or twice in the file."""

    rows: int = 0
    added: int = 0
    known: int = 0
    refused: int = 0
    reasons: dict[str, int] = {}
    refused_rows: list[Refused] = []

    def refuse(self, row: int, reason: str) -> None:
        self.refused += 1
        name = reason if reason in self.reasons or len(self.reasons) < SHOWN else OTHER
        self.reasons[name] = self.reasons.get(name, 0) + 1
        if len(self.refused_rows) < SHOWN:
            self.refused_rows.append(Refused(row, reason))


class Imported(Struct, frozen=True):
    """Tables that the file does not have are not in `tables`."""

    file: str
    currency: str
    tables: dict[str, Outcome]


async def run(db: Db, path: Path, into: Into, progress: Progress) -> Imported:
    """Import all tables, a piece a transaction. Raises NoStore for a file that is no such store."""
    done: dict[str, Outcome] = {}
    with opened(path) as store:
        total, seen = store.count(), 0
        for table in store.tables:
            done[table] = Outcome()
            for piece in store.pieces(table):
                await _piece(db, table, piece, into, done[table])
                seen += len(piece)
                progress(seen, total)
    return Imported(path.name, into.currency, done)


async def _piece(db: Db, table: str, piece: list[Row], into: Into, outcome: Outcome) -> None:
    made: list[Any] = []
    for row in piece:
        outcome.rows += 1
        try:
            made.append(rows.MAKERS[table](row, into))
        except Unfit as why:
            outcome.refuse(outcome.rows, str(why))
    async with db.transaction() as tx:
        added = await _stored(tx, table, made)
    outcome.added += added
    outcome.known += len(made) - added


async def _stored(tx: Transaction, table: str, made: list[Any]) -> int:
    if table == "trades":
        return await service.add_imported(tx, made)
    if table == "equity":
        return await service.add_equity_points(tx, made)
    return await service.log_validation(tx, made)


def table(done: Imported, named: int = 10) -> Table:
    """The report as people read it."""
    shown = Table("table", "rows", "added", "known", "refused", title=done.file)
    for name, each in done.tables.items():
        shown.add_row(name, *(f"{n:,}" for n in (each.rows, each.added, each.known, each.refused)))
        by_count = sorted(each.reasons.items(), key=lambda item: -item[1])
        for reason, count in by_count[:named]:
            shown.add_row(f"  {reason}", "", "", "", f"{count:,}")
        if len(by_count) > named:
            shown.add_row("  more of them with --json")
    return shown
