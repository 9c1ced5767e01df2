"""Passwords that are forgotten, and passwords that are changed."""

import asyncio
from typing import Any

import asyncpg
import pytest
from msgspec.structs import replace

from hub.core.embedded import Endpoints
from hub.core.principal import Principal
from hub.core.problems import TooMany
from hub.core.web import Visitor
from hub.identity.auth import service as auth
from hub.identity.auth.models import LoginIn
from hub.identity.auth.service import WrongCredentials
from hub.identity.registration import passwords
from hub.identity.registration.models import ChangeIn
from tests.hubs import Answer, until
from tests.identity.mailbox import CHANGED, NEW, OTHER, RESET, VERIFY, Mailbox, fresh, token_in
from tests.identity.phones import enrolled


async def session(mailbox: Mailbox, email: str, password: str = NEW) -> Any:
    """A sign-in's answer."""
    answer = await mailbox.login(email, password)
    assert answer.status == 200, answer.raw
    return answer.body


async def me(mailbox: Mailbox, opened: Any) -> int:
    bearer = {"authorization": "Bearer " + opened["access_token"]}
    return (await mailbox.hub.call("GET", "/api/v1/me", headers=bearer)).status


async def refreshed(mailbox: Mailbox, opened: Any) -> int:
    return (await mailbox.post("refresh", refresh_token=opened["refresh_token"])).status


async def change(mailbox: Mailbox, opened: Any, password: str = NEW, new_password: str = OTHER) -> Answer:
    bearer = {"authorization": "Bearer " + opened["access_token"]}
    body = {"password": password, "new_password": new_password}
    return await mailbox.hub.call("POST", "/api/v1/auth/password/change", body, bearer)


async def reset(mailbox: Mailbox, token: str, password: str = OTHER) -> Answer:
    return await mailbox.post("password/reset", token=token, password=password)


async def reset_token(mailbox: Mailbox, email: str) -> str:
    assert (await mailbox.post("password/forgot", email=email)).status == 202
    return await mailbox.token(email, RESET)


async def test_a_forgotten_password_is_replaced_by_who_reads_the_mailbox(mailbox: Mailbox) -> None:
    email = await mailbox.verified()
    answer = await reset(mailbox, await reset_token(mailbox, email))
    assert (answer.status, answer.raw) == (204, b"")
    assert (await mailbox.login(email)).status == 401
    assert (await mailbox.login(email, OTHER)).status == 200
    assert await mailbox.subjects(email) == [VERIFY, RESET, CHANGED]
    assert (await mailbox.actions(email))[-2:] == ["auth.password.reset", "auth.login"]


async def test_a_reset_ends_every_session_with_all_its_tokens(mailbox: Mailbox) -> None:
    email, other = await mailbox.verified(), await mailbox.verified()
    opened = [await session(mailbox, email) for _ in range(3)]
    bystander = await session(mailbox, other)
    assert [await me(mailbox, each) for each in opened] == [200, 200, 200]
    await reset(mailbox, await reset_token(mailbox, email))
    assert [await me(mailbox, each) for each in opened] == [401, 401, 401]
    assert [await refreshed(mailbox, each) for each in opened] == [401, 401, 401]
    assert await me(mailbox, bystander) == 200


async def test_a_reset_proves_the_address(mailbox: Mailbox) -> None:
    email = fresh()
    await mailbox.register(email)
    first = await mailbox.token(email, VERIFY)
    assert (await reset(mailbox, await reset_token(mailbox, email))).status == 204
    assert (await mailbox.login(email, OTHER)).status == 200
    assert (await mailbox.post("verify-email", token=first)).status == 422


async def test_a_reset_voids_every_other_link(mailbox: Mailbox) -> None:
    email = await mailbox.verified()
    first = await reset_token(mailbox, email)
    second = await reset_token(mailbox, email)
    assert (await reset(mailbox, second)).status == 204
    assert (await reset(mailbox, first, NEW)).status == 422
    assert (await reset(mailbox, second, NEW)).status == 422
    assert (await mailbox.login(email, OTHER)).status == 200


async def test_of_fifty_resets_at_once_one_wins(mailbox: Mailbox) -> None:
    email = await mailbox.verified()
    token = await reset_token(mailbox, email)
    passwords = [f"number {n} of the passwords" for n in range(50)]
    answers = await asyncio.gather(*(reset(mailbox, token, password) for password in passwords))
    assert sorted(answer.status for answer in answers) == [204] + [422] * 49
    [winner] = [password for password, answer in zip(passwords, answers, strict=True) if answer.status == 204]
    assert (await mailbox.login(email, winner)).status == 200
    assert await mailbox.subjects(email) == [VERIFY, RESET, CHANGED]


async def test_two_links_at_once_do_not_stop_each_other(mailbox: Mailbox) -> None:
    for _ in range(3):
        email = await mailbox.verified()
        tokens = [await reset_token(mailbox, email) for _ in range(2)]
        answers = await asyncio.gather(*(reset(mailbox, token) for token in tokens))
        assert sorted(answer.status for answer in answers) == [204, 422]


async def test_a_weak_password_does_not_use_the_link_up(mailbox: Mailbox) -> None:
    email = await mailbox.verified()
    token = await reset_token(mailbox, email)
    for weak in ("short", email, "password1234"):
        answer = await reset(mailbox, token, weak)
        assert (answer.status, answer.body["type"]) == (422, "/problems/weak-password")
        assert [error["pointer"] for error in answer.body["errors"]] == ["/password"]
    assert (await mailbox.login(email)).status == 200
    assert (await reset(mailbox, token)).status == 204


async def test_an_expired_link_resets_nothing(mailbox: Mailbox) -> None:
    email = await mailbox.verified()
    token = await reset_token(mailbox, email)
    await mailbox.hub.res.db.execute(
        "update identity.mail_tokens set expires_at = now() where purpose = 'reset' and expires_at > now()"
    )
    assert (await reset(mailbox, token)).status == 422
    assert (await mailbox.login(email)).status == 200


async def test_a_lock_for_failures_is_over_with_a_reset_an_operators_is_not(mailbox: Mailbox) -> None:
    email = await mailbox.verified()
    db = mailbox.hub.res.db
    await db.execute(
        "update identity.users set locked_until = now() + interval '1 hour' where email = $1", email
    )
    assert (await mailbox.login(email)).status == 401
    assert (await reset(mailbox, await reset_token(mailbox, email))).status == 204
    assert (await mailbox.login(email, OTHER)).status == 200
    await db.execute("update identity.users set suspended_at = now() where email = $1", email)
    assert (await reset(mailbox, await reset_token(mailbox, email), NEW)).status == 204
    assert (await mailbox.login(email, NEW)).status == 401


async def test_a_second_factor_stays_and_is_asked_for(mailbox: Mailbox) -> None:
    phone = await enrolled(mailbox.hub)
    assert (await reset(mailbox, await reset_token(mailbox, phone.email))).status == 204
    answer = await mailbox.login(phone.email, OTHER)
    assert (answer.status, answer.body["type"]) == (401, "/problems/code-required")


async def test_who_knows_the_password_changes_it_and_stays_signed_in_here_alone(mailbox: Mailbox) -> None:
    email = await mailbox.verified()
    here, there = await session(mailbox, email), await session(mailbox, email)
    link = await reset_token(mailbox, email)
    answer = await change(mailbox, here)
    assert (answer.status, answer.raw) == (204, b"")
    assert (await me(mailbox, here), await refreshed(mailbox, here)) == (200, 200)
    assert (await me(mailbox, there), await refreshed(mailbox, there)) == (401, 401)
    assert (await mailbox.login(email)).status == 401
    assert (await mailbox.login(email, OTHER)).status == 200
    assert (await reset(mailbox, link, NEW)).status == 422
    assert (await mailbox.subjects(email))[-1] == CHANGED
    assert "auth.password.change" in await mailbox.actions(email)


async def test_a_wrong_old_password_changes_nothing_and_counts_as_a_failed_sign_in(mailbox: Mailbox) -> None:
    email = await mailbox.verified()
    opened = await session(mailbox, email)
    for _ in range(mailbox.hub.res.settings.security.login_max_failures):
        assert (await change(mailbox, opened, "wrong")).status == 401
    assert (await mailbox.login(email)).status == 401  # locked by now
    assert await mailbox.subjects(email) == [VERIFY]
    await mailbox.hub.res.db.execute("update identity.users set locked_until = null where email = $1", email)
    assert (await mailbox.login(email)).status == 200


async def test_guessing_the_old_password_waits_as_guessing_at_sign_in_does(mailbox: Mailbox) -> None:
    email, res = await mailbox.verified(), mailbox.hub.res
    [row] = await mailbox.hub.rows("select id from identity.users where email = $1", email)
    security = res.settings.security.model_copy(update={"login_free_failures": 0})
    strict = replace(res, settings=res.settings.model_copy(update={"security": security}))
    who, wrong = Principal("user", str(row[0]), row[0], "user"), ChangeIn("wrong", OTHER)
    with pytest.raises(WrongCredentials):
        await passwords.change(strict, who, wrong, Visitor("192.0.2.77"))
    with pytest.raises(TooMany):
        await passwords.change(strict, who, ChangeIn(NEW, OTHER), Visitor("192.0.2.77"))
    with pytest.raises(TooMany):
        await auth.login(strict, LoginIn(email, NEW), Visitor("192.0.2.77"))


@pytest.mark.parametrize("weak", ["short", "password1234", "x" * 129])
async def test_a_weak_new_password_changes_nothing(mailbox: Mailbox, weak: str) -> None:
    email = await mailbox.verified()
    answer = await change(mailbox, await session(mailbox, email), NEW, weak)
    assert (answer.status, answer.body["type"]) == (422, "/problems/weak-password")
    assert [error["pointer"] for error in answer.body["errors"]] == ["/new_password"]
    assert (await mailbox.login(email)).status == 200


async def test_strangers_change_nothing(mailbox: Mailbox) -> None:
    answer = await mailbox.post("password/change", password=NEW, new_password=OTHER)
    assert answer.status == 401


@pytest.mark.parametrize("ended", [True, False])
async def test_a_change_that_comes_after_a_reset_is_refused(
    mailbox: Mailbox, servers: Endpoints, ended: bool
) -> None:
    """A reset throws a thief out: the change they had under way must not undo it. Without it, it goes through."""
    email = await mailbox.verified()
    opened = await session(mailbox, email)
    reset_first: Any = await asyncpg.connect(servers.dsn)
    try:
        holding = reset_first.transaction()
        await holding.start()
        id = await reset_first.fetchval(
            "select id from identity.users where email = $1 for no key update", email
        )
        changing = asyncio.get_running_loop().create_task(change(mailbox, opened))
        await until(lambda: _somebody_waits(mailbox))
        if ended:
            await reset_first.execute("update identity.sessions set ended_at = now() where user_id = $1", id)
        await holding.commit()
        assert (await changing).status == (401 if ended else 204)
    finally:
        await reset_first.close()
    assert (await mailbox.login(email)).status == (200 if ended else 401)


async def _somebody_waits(mailbox: Mailbox) -> bool:
    """For the row of a person."""
    rows = await mailbox.hub.rows(
        "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%no key update%'"
    )
    return bool(rows)


async def test_resets_and_verifications_are_told_apart(mailbox: Mailbox) -> None:
    email = fresh()
    await mailbox.register(email)
    [letter] = await mailbox.letters(email)
    assert (await reset(mailbox, token_in(letter))).status == 422
    assert (await mailbox.login(email, OTHER)).status == 401
