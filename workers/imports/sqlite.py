"""The owner's old SQLite file, read a piece at a time: however big it is, a thousand rows are in memory."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from workers.imports.rows import Row

PIECE = 1_000
NAMES = {
    "trades": ("trades", "trade"),
    "equity": ("equity", "equity_points", "equity_curve"),
    "validation_logs": ("validation_logs", "validation_log"),
}


class NoStore(Exception):
    """A file that is no SQLite database, or has none of the tables."""


class Store:
    """One open file."""

    def __init__(self, connection: sqlite3.Connection, tables: dict[str, str]) -> None:
        self._connection = connection
        self.tables = tables
        """Our name -> the file's, of those that are there."""

    def count(self) -> int:
        """Rows in all of the tables."""
        each = (
            self._connection.execute(f"select count(*) from {_quoted(name)}")  # noqa: S608 -- quoted
            for name in self.tables.values()
        )
        return sum(int(cursor.fetchone()[0]) for cursor in each)

    def pieces(self, table: str) -> Iterator[list[Row]]:
        """The rows of one of our tables, a thousand at a time, in the file's order."""
        cursor = self._connection.execute(f"select * from {_quoted(self.tables[table])}")  # noqa: S608
        names = [str(column[0]).lower() for column in cursor.description]
        while piece := cursor.fetchmany(PIECE):
            yield [dict(zip(names, row, strict=True)) for row in piece]


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """The file, for reading only. Raises NoStore."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)) as connection:
            connection.text_factory = _text
            yield Store(connection, _tables(connection, path))
    except sqlite3.DatabaseError as error:
        raise NoStore(f"{path.name} cannot be read as a SQLite database: {error}.") from error


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _tables(connection: sqlite3.Connection, path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    listed: list[tuple[Any]] = connection.execute(
        "select name from sqlite_master where type = 'table'"
    ).fetchall()
    by_name = {str(name).lower(): str(name) for (name,) in listed}
    for ours, theirs in NAMES.items():
        if known := [by_name[name] for name in theirs if name in by_name]:
            found[ours] = known[0]
    if not found:
        raise NoStore(f"{path.name} has none of the tables trades, equity and validation_logs.")
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
