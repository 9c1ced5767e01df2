"""Migrations: up, down, up; refused when edited; safe when two run at once."""

import asyncio
from typing import Any

import asyncpg
import pytest

from hub.core import migrations
from tests.conftest import FreshDatabase

_SCHEMA = {
    "columns": """select table_schema, table_name, column_name, data_type, is_nullable, column_default,
        numeric_precision, numeric_scale, is_identity from information_schema.columns
        where table_schema not in ('pg_catalog', 'information_schema') order by 1, 2, 3""",
    "constraints": """select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
        where connamespace::regnamespace::text not in ('pg_catalog', 'information_schema') order by 1, 2""",
    "indexes": "select schemaname, indexname, indexdef from pg_indexes where schemaname !~ '^pg_' order by 1, 2",
    "triggers": "select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1, 2",
    "grants": """select table_schema, table_name, grantee, privilege_type from information_schema.role_table_grants
        where grantee = 'caerus_app' order by 1, 2, 3, 4""",
}


async def schema(dsn: str) -> dict[str, list[tuple[Any, ...]]]:
    connection = await asyncpg.connect(dsn)
    try:
        return {
            name: [tuple(row) for row in await connection.fetch(query)] for name, query in _SCHEMA.items()
        }
    finally:
        await connection.close()


async def execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_up_down_up_leaves_the_same_schema(fresh_database: FreshDatabase) -> None:
    dsn = fresh_database.owner_dsn
    names = [migration.name for migration in migrations.read()]
    assert await migrations.up(dsn) == names
    first = await schema(dsn)
    assert await migrations.down(dsn) == names[::-1]
    empty = await schema(dsn)
    assert {row[1] for row in empty["columns"]} == {"migrations"}
    assert await migrations.up(dsn) == names
    assert await schema(dsn) == first


async def test_each_migration_can_be_taken_back_and_applied_by_itself(fresh_database: FreshDatabase) -> None:
    dsn = fresh_database.owner_dsn
    for number, migration in enumerate(migrations.read(), start=1):
        assert await migrations.up(dsn, to=number) == [migration.name]
        applied = await schema(dsn)
        assert await migrations.down(dsn, to=number - 1) == [migration.name]
        assert await migrations.up(dsn, to=number) == [migration.name]
        assert await schema(dsn) == applied


async def test_an_applied_file_that_was_edited_is_refused(fresh_database: FreshDatabase) -> None:
    dsn = fresh_database.owner_dsn
    await migrations.up(dsn)
    await execute(dsn, "update public.migrations set checksum = 'of another text' where name like '0002%'")
    with pytest.raises(migrations.MigrationError, match="0002_identity was edited"):
        await migrations.up(dsn)


async def test_a_database_from_a_newer_release_is_refused(fresh_database: FreshDatabase) -> None:
    dsn = fresh_database.owner_dsn
    await migrations.up(dsn)
    await execute(dsn, "insert into public.migrations values ('9999_future', 'x')")
    with pytest.raises(migrations.MigrationError, match="9999_future"):
        await migrations.up(dsn)


async def test_two_runners_at_once_apply_each_file_once(fresh_database: FreshDatabase) -> None:
    dsn = fresh_database.owner_dsn
    done = await asyncio.gather(*(migrations.up(dsn) for _ in range(3)))
    names = [migration.name for migration in migrations.read()]
    assert sorted(map(len, done)) == [0, 0, len(names)]
    assert [name for each in done for name in each] == names


async def test_pending_counts_what_is_not_applied(fresh_database: FreshDatabase) -> None:
    await migrations.up(fresh_database.owner_dsn, to=2)
    connection = await asyncpg.connect(fresh_database.app_dsn)
    assert await migrations.pending(connection) == len(migrations.read()) - 2
    await connection.close()


async def test_devices_of_one_name_are_told_apart_on_the_way_back(fresh_database: FreshDatabase) -> None:
    dsn = fresh_database.owner_dsn
    await migrations.up(dsn, to=23)
    await execute(
        dsn,
        """insert into identity.users (id, email, password_hash, role, created_at, updated_at)
        values ('00000000-0000-0000-0000-000000000001', 'a@example.org', '', 'user', now(), now());
        insert into trading.devices (id, user_id, name, salt, key_version, secret_hash, created_at, keyed_at, revoked_at)
        select gen_random_uuid(), '00000000-0000-0000-0000-000000000001', name, '', 1, '', now(), now(), gone
        from (values (repeat('x', 64), now()), (repeat('x', 64), now()), (repeat('x', 64), null),
            ('alone', now()), ('twice', now()), ('twice', now())) as given (name, gone)""",
    )
    assert await migrations.down(dsn, to=22) == ["0023_device_names"]
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("select name, revoked_at is null from trading.devices")
    await connection.close()
    assert [row[0] for row in rows if row[1]] == ["x" * 64]
    revoked = sorted(row[0] for row in rows if not row[1])
    assert revoked[0] == "alone" and len(set(revoked)) == 5
    assert [name.partition(" ")[0] for name in revoked[1:]] == ["twice"] * 2 + ["x" * 27] * 2
    assert max(map(len, revoked)) == 64
    assert await migrations.up(dsn, to=23) == ["0023_device_names"]
