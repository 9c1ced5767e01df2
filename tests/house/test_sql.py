"""Every query is prepared against the migrated schema and compared with the struct it becomes."""

import re
from collections.abc import AsyncIterator
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import asyncpg
import pytest

from hub.core.embedded import Endpoints
from hub.core.sql import ROOT, Query, load
from tests.house.nullability import Columns, may_be_null
from tests.house.queries import Use, uses

PYTHON: dict[str, set[Any]] = {
    "uuid": {UUID},
    "uuid[]": {list},
    "numeric": {Decimal},
    "timestamptz": {datetime},
    "date": {date},
    "text": {str},
    "text[]": {list},
    "int4": {int},
    "int8": {int},
    "bool": {bool},
    "bytea": {bytes},
    "jsonb": {dict},
    "float8": {float},
}
ROOMS = sorted(path.stem for path in (ROOT / "queries").glob("*.sql"))
QUERIES = [(room, query) for room in ROOMS for query in load(room).values()]
USES = uses()


@pytest.fixture(scope="module")
async def connection(servers: Endpoints) -> AsyncIterator[Any]:
    opened = await asyncpg.connect(servers.owner_dsn)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
async def tables(connection: Any) -> Columns:
    found: Columns = {}
    for row in await connection.fetch(
        "select table_schema || '.' || table_name, column_name, is_nullable = 'YES' from information_schema.columns"
    ):
        found.setdefault(row[0], {})[row[1]] = row[2]
    return found


def split(hint: Any) -> tuple[Any, bool]:
    """A field's plain type, and whether it may be None."""
    optional = False
    if get_origin(hint) in (Union, UnionType):
        members = [member for member in get_args(hint) if member is not NoneType]
        optional = len(members) < len(get_args(hint))
        [hint] = members
    if get_origin(hint) is Literal:
        [hint] = {type(value) for value in get_args(hint)}
    return get_origin(hint) or hint, optional


async def faults(connection: Any, tables: Columns, query: Query, row: Any) -> list[str]:
    """Where a struct does not fit the columns of its query."""
    columns = (await connection.prepare(query.text)).get_attributes()
    fields = row.__struct_fields__
    if [column.name for column in columns] != list(fields):
        return [f"columns {[c.name for c in columns]} are not the fields {list(fields)}"]
    hints, found = get_type_hints(row), []
    for column in columns:
        kind, optional = split(hints[column.name])
        if kind not in PYTHON[column.type.name]:
            found.append(f"{column.name}: {column.type.name} is not a {kind}")
        null = may_be_null(query, column.name, tables)
        if null is not None and null != optional:
            found.append(f"{column.name}: null in the database {null}, in the struct {optional}")
    return found


@pytest.mark.parametrize("use", [u for u in USES if u.row], ids=lambda u: f"{u.room}.{u.query}-{u.where}")
async def test_a_struct_has_the_columns_of_its_query(connection: Any, tables: Columns, use: Use) -> None:
    assert await faults(connection, tables, load(use.room)[use.query], use.row) == []


@pytest.mark.parametrize(("room", "query"), QUERIES, ids=lambda v: v if isinstance(v, str) else v.name)
async def test_a_query_is_good_sql_in_lower_case_that_names_its_columns(
    connection: Any, room: str, query: Query
) -> None:
    await connection.prepare(query.text)
    bare = re.sub(r"--[^\n]*|'[^']*'|\"[^\"]*\"", "", query.text)
    assert bare == bare.lower()
    assert not re.search(r"(select|returning)\s+(\w+\.)?\*", bare)


def test_every_query_is_used_as_its_kind_with_its_parameters() -> None:
    written = {(room, query.name) for room, query in QUERIES}
    assert {(use.room, use.query) for use in USES} == written
    for use in USES:
        query = load(use.room)[use.query]
        assert (use.kind, use.args) == (query.kind, frozenset(query.args)), use.where


async def test_the_comparison_sees_a_wrong_name_type_order_and_nullability(
    connection: Any, tables: Columns
) -> None:
    from msgspec import Struct

    class Wrong(Struct):
        id: UUID
        salt: str
        key_version: int | None
        kdf_id: str | None
        revoked: bool

    class Swapped(Struct):
        salt: bytes
        id: str
        key_version: int
        kdf_id: str | None
        revoked: bool

    query = load("producers")["get_producer"]
    told = await faults(connection, tables, query, Wrong)
    assert [fault.partition(":")[0] for fault in told] == ["id", "salt", "key_version"]
    assert len(await faults(connection, tables, query, Swapped)) == 1
