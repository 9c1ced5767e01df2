"""Migrations: numbered plain SQL in `sql/migrations`, with `-- migrate:up` and `-- migrate:down`.

Each runs in a transaction of its own unless its mark says `transaction:false` (for `create index
concurrently`). One runner works at a time (advisory lock on a direct connection); a lock that is
not had within `lock_timeout` gives up rather than queue the live traffic behind it. An applied file
that was edited afterwards is refused.
"""

import hashlib
import re
from pathlib import Path
from typing import Any

import asyncpg
import structlog
from msgspec import Struct

from hub.core.sql import ROOT

log = structlog.get_logger()

_LOCK = 4_242_000
_PARTS = re.compile(
    r"-- migrate:up(?P<up_options>[^\n]*)\n(?P<up>.*)-- migrate:down[^\n]*\n(?P<down>.*)", re.DOTALL
)


class Migration(Struct, frozen=True):
    """One file."""

    name: str
    up: str
    down: str
    checksum: str
    in_transaction: bool


class MigrationError(Exception):
    """The files and the database do not agree; the message says where."""


def read(folder: Path = ROOT / "migrations") -> list[Migration]:
    """Every migration in order; numbers must be 0001, 0002, ... without a gap."""
    found = []
    for number, path in enumerate(sorted(folder.glob("*.sql")), start=1):
        text = path.read_text()
        parts = _PARTS.fullmatch(text)
        if not parts or not path.name.startswith(f"{number:04d}_"):
            raise MigrationError(
                f"{path.name}: expected {number:04d}_name.sql with -- migrate:up and -- migrate:down"
            )
        digest = hashlib.sha256(text.encode()).hexdigest()
        whole = "transaction:false" not in parts["up_options"]
        found.append(Migration(path.stem, parts["up"], parts["down"], digest, whole))
    return found


async def _connect(dsn: str) -> Any:
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "caerus-migrate"})
    await connection.execute("select pg_advisory_lock($1)", _LOCK)
    await connection.execute("set lock_timeout = '4s'")
    await connection.execute(
        """create table if not exists public.migrations
           (name text primary key, checksum text not null, applied_at timestamptz not null default now())"""
    )
    return connection


async def _applied(connection: Any, known: list[Migration]) -> set[str]:
    rows = dict(await connection.fetch("select name, checksum from public.migrations"))
    for migration in known:
        if rows.get(migration.name, migration.checksum) != migration.checksum:
            raise MigrationError(
                f"{migration.name} was edited after it was applied; write a new migration instead"
            )
    if unknown := rows.keys() - {migration.name for migration in known}:
        raise MigrationError(f"the database has {sorted(unknown)}, which this release does not know")
    return set(rows)


async def up(dsn: str, *, to: int | None = None) -> list[str]:
    """Apply what is missing (the first `to` files, or all); their names."""
    known = read()
    connection = await _connect(dsn)
    try:
        missing = [m for m in known[:to] if m.name not in await _applied(connection, known)]
        for migration in missing:
            await _run(
                connection, migration, migration.up, "insert into public.migrations values ($1, $2, now())"
            )
        return [migration.name for migration in missing]
    finally:
        await connection.close()


async def down(dsn: str, *, to: int = 0) -> list[str]:
    """Take back everything after the first `to` files, newest first; their names."""
    known = read()
    connection = await _connect(dsn)
    try:
        applied = await _applied(connection, known)
        undone = [m for m in reversed(known[to:]) if m.name in applied]
        for migration in undone:
            await _run(
                connection,
                migration,
                migration.down,
                "delete from public.migrations where name = $1 and checksum = $2",
            )
        return [migration.name for migration in undone]
    finally:
        await connection.close()


async def _run(connection: Any, migration: Migration, script: str, record: str) -> None:
    log.info("migration.run", name=migration.name)
    if not migration.in_transaction:
        for statement in filter(str.strip, script.split(";\n")):
            await connection.execute(statement)
        await connection.execute(record, migration.name, migration.checksum)
        return
    async with connection.transaction():
        await connection.execute(script)
        await connection.execute(record, migration.name, migration.checksum)


async def pending(connection: Any) -> int:
    """How many files are not applied yet."""
    count = await connection.fetchval("select count(*) from public.migrations")
    return len(read()) - int(count)
