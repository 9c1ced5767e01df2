"""Signing in, staying signed in, signing out."""

import asyncio
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher

from tests.hubs import PASSWORD, Answer, Person, RunningHub

BROWSER = {"sec-fetch-site": "same-origin"}


async def login(hub: RunningHub, email: str, password: str = PASSWORD, **headers: str) -> Answer:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await hub.call("POST", "/api/v1/auth/login", {"email": email, "password": password}, sent)


async def refresh(hub: RunningHub, token: str) -> Answer:
    return await hub.call("POST", "/api/v1/auth/refresh", {"refresh_token": token})


def jar(answer: Answer) -> SimpleCookie:
    """The cookies an answer sets."""
    cookies = SimpleCookie()
    for line in answer.cookies:
        cookies.load(line)
    return cookies


def browser(cookies: SimpleCookie) -> dict[str, str]:
    """The headers of our own page in a browser that holds these cookies."""
    sent = "; ".join(f"{name}={cookie.value}" for name, cookie in cookies.items())
    return BROWSER | {"cookie": sent, "x-csrf-token": cookies["caerus_csrf"].value}


def without_ids(answer: Answer) -> dict[str, Any]:
    return {name: value for name, value in answer.body.items() if name != "request_id"}


async def locked_after(hub: RunningHub, person: Person) -> int:
    """How many wrong passwords until the right one is refused too."""
    limit = hub.res.settings.security.login_max_failures
    for _ in range(limit):
        assert (await login(hub, person.email, "wrong")).status == 401
    return limit


async def test_a_person_signs_in_with_e_mail_and_password(hub: RunningHub) -> None:
    person = await hub.person()
    answer = await login(hub, person.email)
    assert answer.status == 200
    assert (answer.body["token_type"], answer.body["expires_in"]) == ("Bearer", 900)
    assert answer.body["refresh_token"] and "set-cookie" not in answer.headers
    me = await hub.call(
        "GET", "/api/v1/me", headers={"authorization": "Bearer " + answer.body["access_token"]}
    )
    assert (me.body["id"], me.body["email"], me.body["role"]) == (str(person.id), person.email, "user")


async def test_the_e_mail_may_be_written_in_any_case(hub: RunningHub) -> None:
    person = await hub.person()
    assert (await login(hub, person.email.upper())).status == 200


async def test_a_wrong_password_and_an_unknown_person_are_told_apart_by_nothing(hub: RunningHub) -> None:
    person = await hub.person()
    wrong, unknown = await login(hub, person.email, "wrong"), await login(hub, f"{uuid4().hex}@example.com")
    assert (wrong.status, unknown.status) == (401, 401)
    assert without_ids(wrong) == without_ids(unknown)


async def test_too_many_failures_lock_the_account_with_the_same_answer(hub: RunningHub) -> None:
    person, other = await hub.person(), await hub.person()
    wrong = await login(hub, other.email, "wrong")
    await locked_after(hub, person)
    locked = await login(hub, person.email)
    assert locked.status == 401
    assert without_ids(locked) == without_ids(wrong)
    assert (await login(hub, other.email)).status == 200


async def test_the_lock_ends_by_itself(hub: RunningHub) -> None:
    person = await hub.person()
    await locked_after(hub, person)
    await hub.res.db.execute("update identity.users set locked_until = now() where id = $1", person.id)
    assert (await login(hub, person.email)).status == 200


async def test_a_good_sign_in_starts_the_count_of_failures_anew(hub: RunningHub) -> None:
    person = await hub.person()
    for _ in range(2):
        for _ in range(hub.res.settings.security.login_max_failures - 1):
            await login(hub, person.email, "wrong")
        assert (await login(hub, person.email)).status == 200


async def test_a_refresh_token_is_good_once(hub: RunningHub) -> None:
    person = await hub.person()
    first = (await login(hub, person.email)).body["refresh_token"]
    second = await refresh(hub, first)
    assert second.status == 200 and second.body["refresh_token"] != first
    assert (await refresh(hub, second.body["refresh_token"])).status == 200


async def test_a_reused_refresh_token_ends_its_whole_family_and_no_other(hub: RunningHub) -> None:
    person = await hub.person()
    other = (await login(hub, person.email)).body["refresh_token"]
    first = (await login(hub, person.email)).body["refresh_token"]
    second = (await refresh(hub, first)).body
    bearer = {"authorization": "Bearer " + second["access_token"]}
    assert (await hub.call("GET", "/api/v1/me", headers=bearer)).status == 200
    assert (await refresh(hub, first)).status == 401
    assert (await refresh(hub, second["refresh_token"])).status == 401
    assert (await hub.call("GET", "/api/v1/me", headers=bearer)).status == 401
    assert (await refresh(hub, other)).status == 200
    [row] = await hub.rows(
        "select count(*) from identity.audit_log where actor_id = $1 and action = 'auth.refresh.reused'",
        person.id,
    )
    assert row[0] == 1


async def test_of_many_refreshes_at_once_one_wins(hub: RunningHub) -> None:
    token = (await login(hub, (await hub.person()).email)).body["refresh_token"]
    answers = await asyncio.gather(*(refresh(hub, token) for _ in range(10)))
    assert sorted(answer.status for answer in answers) == [200] + [401] * 9


async def test_an_expired_session_cannot_be_refreshed(hub: RunningHub) -> None:
    person = await hub.person()
    token = (await login(hub, person.email)).body["refresh_token"]
    await hub.res.db.execute("update identity.sessions set expires_at = now() where user_id = $1", person.id)
    assert (await refresh(hub, token)).status == 401


async def test_a_refreshed_token_carries_the_role_of_now(hub: RunningHub) -> None:
    person = await hub.person()
    token = (await login(hub, person.email)).body["refresh_token"]
    await hub.res.db.execute("update identity.users set role = 'admin' where id = $1", person.id)
    answer = await refresh(hub, token)
    assert hub.res.tokens.read(answer.body["access_token"]).role == "admin"


async def test_a_browser_keeps_its_refresh_token_in_a_cookie_that_scripts_cannot_read(
    hub: RunningHub,
) -> None:
    person = await hub.person()
    answer = await login(hub, person.email, sec_fetch_site="same-origin")
    assert answer.status == 200 and answer.body["refresh_token"] is None
    cookies = jar(answer)
    attributes = {part.strip().lower() for part in cookies["caerus_refresh"].OutputString().split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/api/v1/auth"} <= attributes
    assert not cookies["caerus_csrf"]["httponly"] and cookies["caerus_csrf"]["samesite"] == "strict"
    again = await hub.call("POST", "/api/v1/auth/refresh", {}, browser(cookies))
    assert again.status == 200 and again.body["refresh_token"] is None
    assert jar(again)["caerus_refresh"].value != cookies["caerus_refresh"].value


@pytest.mark.parametrize("token", ["", "guessed", None])
@pytest.mark.parametrize("path", ["refresh", "logout"])
async def test_a_cookie_alone_does_not_speak_for_its_browser(
    hub: RunningHub, path: str, token: str | None
) -> None:
    person = await hub.person()
    cookies = jar(await login(hub, person.email, sec_fetch_site="same-origin"))
    sent = browser(cookies)
    if token is None:
        del sent["x-csrf-token"]
    else:
        sent |= {"x-csrf-token": token, "cookie": f"{sent['cookie']}; caerus_csrf={token}"}
    assert (await hub.call("POST", f"/api/v1/auth/{path}", {}, sent)).status == 403
    assert (await hub.call("POST", f"/api/v1/auth/{path}", {}, browser(cookies))).status in (200, 204)


async def test_the_refresh_token_is_stored_as_a_digest_alone(hub: RunningHub) -> None:
    person = await hub.person()
    token = (await login(hub, person.email)).body["refresh_token"]
    [row] = await hub.rows(
        "select t.hash from identity.refresh_tokens as t join identity.sessions as s on s.id = t.session_id"
        " where s.user_id = $1",
        person.id,
    )
    assert token.encode() not in row[0] and len(row[0]) == 32


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["login", "refresh", "logout"])
async def test_pages_of_other_sites_may_not_sign_in_or_out(hub: RunningHub, site: str, path: str) -> None:
    person = await hub.person()
    bodies: dict[str, Any] = {"login": {"email": person.email, "password": PASSWORD}}
    answer = await hub.call("POST", f"/api/v1/auth/{path}", bodies.get(path, {}), {"sec-fetch-site": site})
    assert answer.status == 403
    assert "set-cookie" not in answer.headers


async def test_logging_out_ends_the_session_and_removes_the_cookie(hub: RunningHub) -> None:
    person = await hub.person()
    sent = browser(jar(await login(hub, person.email, sec_fetch_site="same-origin")))
    out = await hub.call("POST", "/api/v1/auth/logout", {}, sent)
    assert (out.status, out.raw) == (204, b"")
    assert {name: cookie.value for name, cookie in jar(out).items()} == {
        "caerus_refresh": "",
        "caerus_csrf": "",
    }
    assert (await hub.call("POST", "/api/v1/auth/refresh", {}, sent)).status == 401
    assert (await hub.call("POST", "/api/v1/auth/logout", {}, sent)).status == 204


async def test_refreshing_without_any_token_is_refused(hub: RunningHub) -> None:
    assert (await hub.call("POST", "/api/v1/auth/refresh", {})).status == 401


@pytest.mark.parametrize("email", ["", "nobody", "a b@example.com", "a@b@c", "x@" + "y" * 300])
async def test_what_is_no_e_mail_is_refused_with_a_pointer(hub: RunningHub, email: str) -> None:
    answer = await login(hub, email)
    assert answer.status == 422
    assert answer.body["errors"][0]["pointer"] == "/email"


async def test_an_e_mail_that_postgresql_cannot_hold_is_refused(hub: RunningHub) -> None:
    answer = await login(hub, "nul\x00@example.com")
    assert answer.status == 422, answer.raw


async def test_signing_in_and_out_is_recorded(hub: RunningHub) -> None:
    person = await hub.person()
    token = (await login(hub, person.email)).body["refresh_token"]
    await hub.call("POST", "/api/v1/auth/logout", {"refresh_token": token})
    rows = await hub.rows(
        "select action, host(ip) from identity.audit_log where actor_id = $1 order by seq", person.id
    )
    assert [tuple(row) for row in rows] == [("auth.login", "127.0.0.1"), ("auth.logout", "127.0.0.1")]


async def test_of_200_uses_of_one_refresh_token_at_once_one_wins_and_its_family_ends(hub: RunningHub) -> None:
    person = await hub.person()
    token = (await login(hub, person.email)).body["refresh_token"]
    answers = await asyncio.gather(*(refresh(hub, token) for _ in range(200)))
    won = [answer for answer in answers if answer.status == 200]
    assert len(won) == 1 and {answer.status for answer in answers} == {200, 401}
    assert (await refresh(hub, won[0].body["refresh_token"])).status == 401
    bearer = {"authorization": "Bearer " + won[0].body["access_token"]}
    assert (await hub.call("GET", "/api/v1/me", headers=bearer)).status == 401
    rows = await hub.rows(
        "select end_reason from identity.sessions where user_id = $1 and ended_at is not null", person.id
    )
    assert [row[0] for row in rows] == ["refresh token reused"]


async def test_a_session_unused_for_too_long_cannot_be_refreshed(hub: RunningHub) -> None:
    person = await hub.person()
    token = (await login(hub, person.email)).body["refresh_token"]
    idle = hub.res.settings.security.session_idle_days
    await hub.res.db.execute(
        "update identity.sessions set seen_at = now() - make_interval(days => $2) where user_id = $1",
        person.id,
        idle,
    )
    assert (await refresh(hub, token)).status == 401


async def test_an_old_hash_is_made_anew_at_the_next_sign_in(hub: RunningHub) -> None:
    person = await hub.person()
    older = PasswordHasher(time_cost=2, memory_cost=16_384, parallelism=1).hash(PASSWORD)
    await hub.res.db.execute("update identity.users set password_hash = $2 where id = $1", person.id, older)
    assert (await login(hub, person.email)).status == 200
    [row] = await hub.rows("select password_hash from identity.users where id = $1", person.id)
    assert row[0] != older and "m=8192,t=1,p=1" in row[0]
    assert (await login(hub, person.email)).status == 200
