"""The database password changes while the pool works, on a role of the test's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from hub.core import outbox, relay
from hub.core.db import Db, Login, open_db
from hub.core.embedded import Endpoints
from hub.core.outbox import Event
from hub.core.secrets import Secrets
from hub.core.settings import AppSettings, DbSettings
from tests.core.conftest import Apart, Clock
from tests.hubs import until


class Role:
    """A role that may log in, and the file its password is mounted as."""

    def __init__(self, name: str, admin: Any, path: Path) -> None:
        self.name, self._admin, self._path = name, admin, path

    async def alter(self, password: str) -> None:
        await self._admin.execute(f"alter role {self.name} password '{password}'")

    async def cut(self) -> int:
        """End its sessions; how many there were."""
        ended = await self._admin.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", self.name
        )
        return len(ended)

    def mount(self, password: str) -> None:
        draft = self._path.with_suffix(".draft")
        draft.write_text(password)
        draft.rename(self._path)

    def dsn(self, password: str, at: str) -> str:
        return f"postgresql://{self.name}:{password}@" + at.rpartition("@")[2]


@pytest.fixture
async def role(servers: Endpoints, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Role]:
    admin = await asyncpg.connect(servers.admin_dsn)
    name = f"r_{uuid4().hex[:12]}"
    await admin.execute(f"create role {name} login password 'first' in role caerus_app")
    monkeypatch.setenv("DB_PASSWORD_FILE", str(tmp_path / "db_password"))
    yield Role(name, admin, tmp_path / "db_password")
    await admin.execute(f"drop role {name}")
    await admin.close()


@asynccontextmanager
async def pool(role: Role, servers: Endpoints, secrets: Secrets | None) -> AsyncIterator[Db]:
    dsn = role.dsn("first", servers.dsn)
    db = await open_db(DbSettings(dsn=dsn), dsn, secrets)
    try:
        yield db
    finally:
        await db.close()


async def held(stack: AsyncExitStack, db: Db, count: int) -> list[int]:
    """Take this many connections at once and keep them; the processes that serve them."""
    taken = [await stack.enter_async_context(db.pool.acquire()) for _ in range(count)]
    return [await each.fetchval("select pg_backend_pid()") for each in taken]


async def test_the_pool_works_on_through_a_change(role: Role, servers: Endpoints) -> None:
    role.mount("first")
    secrets = Secrets(AppSettings())
    async with pool(role, servers, secrets) as db:
        async with AsyncExitStack() as stack:
            old = await held(stack, db, 2)
            await role.alter("second")
            role.mount("second")
            await secrets.refresh()
            new = await held(stack, db, 4)
            assert len({*old, *new}) == 6
        async with AsyncExitStack() as stack:
            assert set(old) <= set(await held(stack, db, 6))


async def test_a_change_that_nobody_told_of_is_found_out_by_the_first_refusal(
    role: Role, servers: Endpoints
) -> None:
    role.mount("first")
    clock = Clock()
    secrets = Secrets(AppSettings(), monotonic=clock)
    async with pool(role, servers, secrets) as db, AsyncExitStack() as stack:
        await held(stack, db, 1)
        await role.alter("second")
        role.mount("second")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await held(stack, db, 1)  # the file was read a moment ago: a wrong password is no reason to hurry
        clock.now += 100
        assert len(await held(stack, db, 3)) == 3
        assert secrets.get("DB_PASSWORD") == "second"


async def test_without_the_secret_new_connections_are_refused_and_old_ones_live(
    role: Role, servers: Endpoints
) -> None:
    """The control: the password of the DSN is that of the start."""
    async with pool(role, servers, None) as db:
        async with AsyncExitStack() as stack:
            await held(stack, db, 1)
            await role.alter("second")
            with pytest.raises(asyncpg.InvalidPasswordError):
                await held(stack, db, 1)
        assert await db.pool.fetchval("select 1") == 1


async def test_a_password_that_is_wrong_is_refused_without_being_shown(
    role: Role, servers: Endpoints, events: list[Any]
) -> None:
    role.mount("hunter2")
    with pytest.raises(asyncpg.InvalidPasswordError) as refused:
        async with pool(role, servers, Secrets(AppSettings())):
            pass
    assert "hunter2" not in str(refused.value) and "hunter2" not in str(events)


async def test_it_overrides_the_password_of_db_dsn_alone(role: Role, servers: Endpoints) -> None:
    """The embedded server has a password of its own, whatever the environment says."""
    role.mount("first")
    secrets = Secrets(AppSettings())
    dsn = role.dsn("wrong", servers.dsn)
    db = await open_db(DbSettings(dsn=dsn), dsn, secrets)
    await db.close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await open_db(DbSettings(dsn=""), dsn, secrets)
    embedded = await open_db(DbSettings(dsn=""), servers.dsn, secrets)
    await embedded.close()


async def test_the_relay_comes_back_with_the_new_password(
    role: Role, apart: Apart, servers: Endpoints
) -> None:
    role.mount("first")
    dsn, clock = role.dsn("first", apart.dsn), Clock()
    login = Login(DbSettings(dsn=dsn), Secrets(AppSettings(), monotonic=clock))
    relaying = asyncio.create_task(relay.run(dsn, apart.redis_url, login))
    await moved(apart, 1)
    await role.alter("second")
    role.mount("second")
    clock.now += 100
    assert await role.cut() == 1
    await moved(apart, 2)
    relaying.cancel()
    await asyncio.wait([relaying], timeout=10)


async def moved(apart: Apart, number: int) -> None:
    """Tell something, and wait until it is on the bus."""

    async def there() -> bool:
        return await apart.bus.offset("a") == number

    async with apart.db.transaction() as tx:
        await outbox.append(tx, apart.bus.redis, [Event("a", "test.happened", "a", "test", {"n": number})])
    await until(there)
