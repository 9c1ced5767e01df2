"""A relay's session, and what wakes it."""

import asyncio
from typing import Any

import asyncpg
import pytest

from hub.core import outbox, relay
from tests.core.conftest import Apart
from tests.core.test_relay import append, at
from tests.hubs import until


async def test_a_relay_whose_machine_is_gone_is_missed_in_seconds(apart: Apart) -> None:
    """By the server, over TCP: with these it lets go of the lock. They mean nothing over a unix socket."""
    connection = await asyncpg.connect(apart.dsn, server_settings=relay.SESSION)
    over = await connection.fetchval("select inet_server_port() is not null")
    names = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "tcp_user_timeout")
    found = [await connection.fetchval(f"show {name}") for name in names]
    superuser = await connection.fetchval("show is_superuser")
    await connection.close()
    assert (over, superuser) == (True, "off")
    assert found == ["5", "2", "3", "10000"]


async def test_a_spare_that_has_waited_for_long_waits_on(
    apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks again now and then, so that it notices a server that is gone; its session stays the same."""
    monkeypatch.setitem(relay.SESSION, "lock_timeout", "50ms")
    leading = asyncio.create_task(relay.run(apart.dsn, apart.redis_url))
    await append(apart, "a", 1)
    await until(lambda: at(apart, 1))
    made = 0

    async def connect(*args: Any, **options: Any) -> Any:
        nonlocal made
        made += 1
        return await asyncpg.connect(*args, **options)

    spare = asyncio.create_task(relay.run(apart.dsn, apart.redis_url, connect))
    await until(lambda: asked_again(apart))
    leading.cancel()
    await append(apart, "a", 2)
    await until(lambda: at(apart, 2))
    spare.cancel()
    await asyncio.wait([leading, spare], timeout=10)
    assert made == 1


async def asked_again(apart: Apart) -> bool:
    """Whether a session has waited for the lock later than in its first lifetime of `lock_timeout`."""
    query = """
        select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'advisory'
        and query_start > backend_start + interval '0.3 s'
    """
    return bool((await apart.db.fetchrow(query))[0])


async def test_hints_that_came_meanwhile_are_one(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at the database for each of them would find nothing. The relay of the test's hub, which hears them too, is
    another one.
    """
    monkeypatch.setattr(relay, "_LOOK_SECONDS", 30)
    move, looks, busy, go_on = relay.move, 0, asyncio.Event(), asyncio.Event()
    own: list[Any] = []

    async def connect(*args: Any, **options: Any) -> Any:
        own.append(await asyncpg.connect(*args, **options))
        return own[-1]

    async def held(db: Any, *args: Any, **options: Any) -> int:
        nonlocal looks
        if db not in own:
            return await move(db, *args, **options)
        looks += 1
        if looks == 3:
            busy.set()
            await go_on.wait()
        return await move(db, *args, **options)

    monkeypatch.setattr(relay, "move", held)
    relaying = asyncio.create_task(relay.run(apart.dsn, apart.redis_url, connect))
    await append(apart, "a", 1)
    await busy.wait()
    for _ in range(200):
        assert await apart.bus.redis.publish(outbox.WAKE, b"1")
    await append(apart, "a", 2)
    go_on.set()
    await until(lambda: at(apart, 2))
    await append(apart, "a", 3)
    await until(lambda: at(apart, 3))
    await asyncio.wait([relaying], timeout=0.3)
    relaying.cancel()
    await asyncio.wait([relaying], timeout=10)
    assert looks < 20
