"""`caerus users`: for the day when nobody can sign in any more."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from hub.core.embedded import Endpoints
from hub.identity.auth import backoff
from hub.identity.users import service as users
from tests.hubs import PASSWORD, RunningHub
from tests.identity.console import Console, Said
from tests.identity.test_login import login
from tests.identity.test_users_admin import signed_in


@pytest.fixture
def caerus(servers: Endpoints) -> Console:
    return Console(servers.dsn, servers.redis_url)


async def said(caerus: Console, *args: str, **more: str) -> Said:
    return await asyncio.to_thread(caerus, "users", *args, **more)


async def entries(hub: RunningHub, id: UUID) -> list[tuple[Any, ...]]:
    rows = await hub.rows(
        "select action, actor_id, actor_role from identity.audit_log where target = $1 order by seq",
        f"user:{id}",
    )
    return [tuple(row) for row in rows]


async def test_an_owner_is_created_and_signs_in(hub: RunningHub, caerus: Console) -> None:
    email = f"{uuid4().hex}@example.com"
    done = await said(caerus, "create", email, "--role", "owner", stdin=PASSWORD + "\n")
    assert done.status == 0, done.err
    user = await users.by_email(hub.res, email)
    assert user is not None and user.role == "owner"
    assert done.out == f"{email} is owner, with the id {user.id}.\n"
    assert (await login(hub, email)).status == 200
    assert (await entries(hub, user.id))[0] == ("user.create", None, "system")
    again = await said(caerus, "create", email, stdin=PASSWORD + "\n")
    assert (again.status, again.out) == (1, "") and "is taken" in again.err


@pytest.mark.parametrize(
    ("args", "password", "why"),
    [
        (("nobody",), PASSWORD, "email"),
        (("x@example.com",), "short", "password"),
        (("x@example.com", "--role", "king"), PASSWORD, "role"),
    ],
)
async def test_what_is_wrong_is_said_and_creates_nobody(
    hub: RunningHub, caerus: Console, args: tuple[str, ...], password: str, why: str
) -> None:
    done = await said(caerus, "create", *args, stdin=password + "\n")
    assert done.status == 1 and why in done.err and "Traceback" not in done.err
    assert PASSWORD not in done.err
    assert await users.by_email(hub.res, args[0]) is None


async def test_a_last_owner_who_is_locked_out_is_let_in_again(hub: RunningHub, caerus: Console) -> None:
    owner = await hub.person("owner")
    for _ in range(hub.res.settings.security.login_max_failures):
        await login(hub, owner.email, "wrong")
    await hub.res.db.execute("update identity.users set suspended_at = now() where id = $1", owner.id)
    assert (await login(hub, owner.email)).status == 401
    done = await said(caerus, "unlock", owner.email.upper())
    assert (done.status, done.out) == (0, f"{owner.email} may sign in.\n")
    assert (await login(hub, owner.email)).status == 200
    assert ("user.unlock", None, "system") in await entries(hub, owner.id)


async def test_the_failures_of_the_account_and_of_the_address_are_forgotten(
    hub: RunningHub, caerus: Console
) -> None:
    person, ip = await hub.person(), "203.0.113.7"
    keys = backoff.attempt(person.email, ip).keys
    for key in keys:
        await hub.res.redis.set(key, 9)
        await hub.res.redis.set(f"{key}:wait", 1, ex=600)
    assert (await login(hub, person.email)).status == 429
    assert (await said(caerus, "unlock", person.email)).status == 0
    assert (await login(hub, person.email)).status == 200
    assert await hub.res.redis.exists(keys[1], f"{keys[1]}:wait") == 2
    assert (await said(caerus, "unlock", person.email, "--ip", ip)).status == 0
    assert await hub.res.redis.exists(*keys, *(f"{key}:wait" for key in keys)) == 0


async def test_a_lost_second_factor_is_taken_away_and_sessions_end(hub: RunningHub, caerus: Console) -> None:
    person = await hub.person()
    bearer, _ = await signed_in(hub, person)
    statement = (
        "insert into identity.totp (user_id, sealed, seal_id, created_at) values ($1, 'x', 'x', now())"
    )
    await hub.res.db.execute(statement, person.id)
    assert (await said(caerus, "reset-mfa", person.email)).status == 0
    assert await hub.rows("select 1 from identity.totp where user_id = $1", person.id) == []
    assert (await hub.call("GET", "/api/v1/me", headers=bearer)).status == 401
    assert ("user.mfa.reset", None, "system") in await entries(hub, person.id)


@pytest.mark.parametrize("command", ["unlock", "reset-mfa"])
async def test_an_unknown_address_is_said_to_be_one(hub: RunningHub, caerus: Console, command: str) -> None:
    done = await said(caerus, command, "nobody@example.com")
    assert (done.status, done.err) == (1, "Nobody has the address nobody@example.com.\n")
