"""Named queries: SQL lives in `sql/queries/<room>.sql`, one file a room.

The grammar is sqlc's (`-- name: get_signal :one`, parameters as `@id`). A row becomes a struct by
position; a test prepares every query against the migrated schema and compares its columns with the
struct's fields in name, order, type and nullability, so position is safe.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from hub.core import tracing

T = TypeVar("T")

ROOT = Path(__file__).parents[2] / "sql"
_HEAD = re.compile(r"^-- name: (\w+) :(one|many|exec)\n", re.MULTILINE)
_ARG = re.compile(r"'(?:[^']|'')*'|--[^\n]*|@(\w+)")


class Runs(Protocol):
    """What a query runs on: a pool, a connection or a transaction."""

    async def fetch(self, query: str, *args: Any) -> list[Any]: ...
    async def fetchrow(self, query: str, *args: Any) -> Any: ...
    async def execute(self, query: str, *args: Any) -> str: ...


class Query(msgspec.Struct, frozen=True):
    """One statement with its parameters in positional order."""

    name: str
    kind: str
    text: str
    args: tuple[str, ...]

    def bind(self, given: dict[str, Any]) -> list[Any]:
        if given.keys() != set(self.args):
            raise TypeError(f"{self.name} takes {self.args}, was given {tuple(given)}")
        return [given[name] for name in self.args]


def parse(source: str) -> dict[str, Query]:
    """The queries of one file."""
    _, *parts = _HEAD.split(source)
    queries: dict[str, Query] = {}
    for name, kind, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        args: dict[str, int] = {}

        def numbered(match: re.Match[str], args: dict[str, int] = args) -> str:
            if (arg := match[1]) is None:
                return match[0]
            return f"${args.setdefault(arg, len(args) + 1)}"

        text = _ARG.sub(numbered, body).strip().rstrip(";")
        if name in queries:
            raise ValueError(f"query {name} is written twice")
        queries[name] = Query(name, kind, text, tuple(args))
    return queries


@cache
def load(room: str) -> dict[str, Query]:
    return parse((ROOT / "queries" / f"{room}.sql").read_text())


class Sql:
    """The queries of one room: `sql = Sql("signals")`."""

    def __init__(self, room: str) -> None:
        self.queries = load(room)

    async def one(self, db: Runs, row: type[T], name: str, /, **args: Any) -> T | None:
        query = self.queries[name]
        record = await tracing.client("postgresql", name, db.fetchrow(query.text, *query.bind(args)))
        return None if record is None else row(*record)

    async def sure(self, db: Runs, row: type[T], name: str, /, **args: Any) -> T:
        """The row of a statement that always gives one."""
        found = await self.one(db, row, name, **args)
        if found is None:
            raise LookupError(f"{name} gave no row")
        return found

    async def many(self, db: Runs, row: type[T], name: str, /, **args: Any) -> list[T]:
        query = self.queries[name]
        records = await tracing.client("postgresql", name, db.fetch(query.text, *query.bind(args)))
        return [row(*record) for record in records]

    async def run(self, db: Runs, name: str, /, **args: Any) -> int:
        """Run a statement and tell how many rows it touched."""
        query = self.queries[name]
        status = await tracing.client("postgresql", name, db.execute(query.text, *query.bind(args)))
        return int(status.rpartition(" ")[2])
