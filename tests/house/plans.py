"""A database whose tables look large, and what a plan reads of one whole."""

import re
from collections.abc import Collection, Iterator
from typing import Any

import msgspec

from hub.core.sql import Query

ROWS, FEW, PEOPLE = 2_000, 20, 200
"""Of a table that grows for ever, and of one that is emptied as work is done; and so many persons have them."""
QUEUES = frozenset({"core.outbox", "core.alerts", "market.incoming_candles", "trading.deliveries"})

_SHORT = {name.partition(".")[2] for name in QUEUES}

_TABLES = """
select c.oid, format('%I.%I', n.nspname, c.relname) as name, c.relkind = 'p' as parted from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition
    and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_%' order by c.oid"""
_CONSTRAINTS = """
select conrelid::regclass::text as name, conname, contype::text as kind, conkey, pg_get_constraintdef(oid) as text
from pg_constraint
where contype in ('c', 'f') and conparentid = 0 and conrelid <> 0
    and connamespace::regnamespace::text not in ('pg_catalog', 'information_schema')"""
_COLUMNS = """
select a.attnum, a.attname, format_type(a.atttypid, null) as type, a.attnotnull as needed
from pg_attribute as a
where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity <> 'a'
order by a.attnum"""
_PARTIAL = """
select relname::text from pg_index join pg_class on oid = indexrelid where indpred is not null"""
_VALUES = {
    "uuid": "md5(n::text)::uuid",
    "text": "'x' || n",
    "timestamp with time zone": "now() - n * interval '1 minute'",
    "date": "current_date - n % 300",
    "boolean": "n % 2 = 0",
    "jsonb": "'{}'::jsonb",
    "bytea": "convert_to(n::text, 'utf8')",
    "double precision": "n",
    "inet": "'127.0.0.1'::inet",
}
_IN_ORDER = frozenset({"LockRows", "Nested Loop", "Result", "Subquery Scan"})
Words = dict[tuple[str, int], list[str]]
_LITERAL = re.compile(r"'([^']*)'::text")


class Large:
    """A database whose tables look large."""

    def __init__(self, connection: Any, partial: set[str]) -> None:
        self._connection, self._partial = connection, partial

    async def reads_whole(self, query: Query) -> set[str]:
        """Which tables the plan of a query reads from one end to the other, queues left out."""
        given = f"({', '.join(['null'] * len(query.args))})" if query.args else ""
        await self._connection.execute(f"prepare looked_at as {query.text}")
        text = await self._connection.fetchval(f"explain (format json) execute looked_at{given}")
        await self._connection.execute("deallocate looked_at")
        return set(wholes(msgspec.json.decode(text)[0]["Plan"], self._partial)) - _SHORT


async def strip(connection: Any) -> Words:
    """Drop what ties rows together; which words columns may have is what is left of it."""
    words: Words = {}
    for name, constraint, kind, columns, text in await connection.fetch(_CONSTRAINTS):
        if kind == "c" and len(columns or ()) == 1 and (found := _LITERAL.findall(text)):
            words.setdefault((name, columns[0]), found)
        await connection.execute(f'alter table {name} drop constraint if exists "{constraint}" cascade')
    for _, name, parted in await connection.fetch(_TABLES):
        await connection.execute(f"alter table {name} disable trigger user")
        if parted:
            await connection.execute(f"create table {name}_rest partition of {name} default")
    return words


async def fill(connection: Any, words: Words) -> None:
    """Rows without sense, as many as it takes for an index to pay."""
    for oid, name, _ in await connection.fetch(_TABLES):
        await _fill(connection, oid, name, words)


async def large(connection: Any) -> Large:
    """Strip, fill and know it."""
    await fill(connection, await strip(connection))
    await connection.execute("analyze")
    return Large(connection, {name for (name,) in await connection.fetch(_PARTIAL)})


async def _fill(connection: Any, oid: int, name: str, words: Words) -> None:
    into, values = [], []
    for number, column, kind, needed in await connection.fetch(_COLUMNS, oid):
        into.append(f'"{column}"')
        value = _value(column, kind, words.get((name, number)))
        values.append(value if needed else f"case when n % 2 = 0 then {value} end")
    await connection.execute(
        f"insert into {name} ({', '.join(into)}) overriding system value "
        f"select {', '.join(values)} from generate_series(1, {FEW if name in QUEUES else ROWS}) as n "
        "on conflict do nothing"
    )


def _value(column: str, kind: str, words: list[str] | None) -> str:
    if column == "user_id":
        return f"md5((n % {PEOPLE})::text)::uuid"
    if words:
        return f"(array[{', '.join(repr(word) for word in words)}])[1 + n / 2 % {len(words)}]"
    return _VALUES.get(kind, f"array[]::{kind}" if kind.endswith("[]") else f"n::{kind}")


def wholes(node: dict[str, Any], partial: Collection[str], *, ends_early: bool = False) -> Iterator[str]:
    """Tables that a plan reads from one end to the other. What comes in an index's order under a limit ends early, and a
    partial index holds what its query wants.
    """
    kind, named = node["Node Type"], node.get("Relation Name")
    keyed = any(condition in node for condition in ("Index Cond", "Recheck Cond", "TID Cond"))
    chosen = node.get("Index Name") in partial or (ends_early and "Index" in kind)
    if named and "Scan" in kind and not (keyed or chosen):
        yield named
    below = kind == "Limit" or (ends_early and kind in _IN_ORDER)
    for each in node.get("Plans", []):
        yield from wholes(each, partial, ends_early=below)
