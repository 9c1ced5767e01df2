"""A SQLite file whose transactions survive kill -9: WAL, `synchronous=FULL`, one connection behind a lock."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

log = logging.getLogger("caerus.durable")


class DurableFile:
    """Opens (or makes) the file with `schema`. Methods block on the disk and are thread-safe."""

    def __init__(self, path: str | Path, schema: str) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30.0)
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = full")
        self._db.executescript(schema)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; opening it again goes on where this one stood."""
        with self._lock:
            self._db.close()

    def rows(self, query: str, *args: object) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._lock:
            return self._db.execute(query, args).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of the block's statements are on the disk when it ends, or none if it raises."""
        with self._lock:
            self._db.execute("begin immediate")
            try:
                yield self._db
                self._db.execute("commit")
            except BaseException:
                self._db.execute("rollback")
                raise


Made = TypeVar("Made", bound=DurableFile)


def or_in_memory(kind: Callable[[str | Path], Made], path: str | Path) -> Made:
    """The file, or, when that cannot be read, one in memory: for what is worth less than to stay away."""
    try:
        return kind(path)
    except sqlite3.Error:
        log.exception("%s cannot be opened; what is not sent is kept in memory alone", path)
        return kind(":memory:")
