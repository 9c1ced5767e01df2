"""Operators and people, over HTTP."""

from typing import Any
from uuid import uuid4

import pytest

from hub.identity.users import service as users
from tests.hubs import PASSWORD, Answer, Person, RunningHub
from tests.identity.test_login import login, refresh

PATH = "/api/v1/users"
DETAIL = {
    "id",
    "email",
    "role",
    "created_at",
    "last_login_at",
    "verified_at",
    "suspended_at",
    "locked_until",
    "mfa",
    "sessions",
}


async def act(hub: RunningHub, by: Person, method: str, path: str, body: Any = None) -> Answer:
    return await hub.call(method, PATH + path, body, by.bearer)


async def signed_in(hub: RunningHub, person: Person) -> tuple[dict[str, str], str]:
    """The headers of a real session, and its refresh token."""
    answer = await login(hub, person.email)
    assert answer.status == 200, answer.raw
    return {"authorization": "Bearer " + answer.body["access_token"]}, answer.body["refresh_token"]


async def recorded(hub: RunningHub, target: str) -> list[tuple[str, str, str]]:
    query = "select action, actor_id::text, meta from identity.audit_log where target = $1 order by seq"
    return [tuple(row) for row in await hub.rows(query, target)]


async def test_an_operator_sees_a_person_and_no_secret(hub: RunningHub) -> None:
    admin, person = await hub.person("admin"), await hub.person()
    await signed_in(hub, person)
    answer = await act(hub, admin, "GET", f"/{person.id}")
    assert answer.status == 200 and answer.body.keys() == DETAIL
    assert (answer.body["email"], answer.body["role"]) == (person.email, "user")
    assert (answer.body["sessions"], answer.body["mfa"]) == (1, False)
    assert answer.body["last_login_at"] and answer.body["verified_at"]
    assert b"argon2" not in answer.raw


async def test_a_second_factor_counts_once_it_is_confirmed(hub: RunningHub) -> None:
    admin, person = await hub.person("admin"), await hub.person()
    statement = (
        "insert into identity.totp (user_id, sealed, seal_id, created_at) values ($1, 'x', 'x', now())"
    )
    await hub.res.db.execute(statement, person.id)
    assert not (await act(hub, admin, "GET", f"/{person.id}")).body["mfa"]
    await hub.res.db.execute("update identity.totp set confirmed_at = now() where user_id = $1", person.id)
    assert (await act(hub, admin, "GET", f"/{person.id}")).body["mfa"]
    [listed] = (await act(hub, admin, "GET", f"?search={person.email}")).body["items"]
    assert listed["mfa"]


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"role": "admin"}),
        ("POST", "/lock", None),
        ("POST", "/unlock", None),
        ("POST", "/mfa/reset", None),
        ("DELETE", "", None),
    ],
)
async def test_who_is_unknown_or_deleted_is_not_to_be_found(
    hub: RunningHub, method: str, suffix: str, body: Any
) -> None:
    owner, gone = await hub.person("owner"), await hub.person()
    assert (await act(hub, owner, "DELETE", f"/{gone.id}")).status == 204
    for id in (gone.id, uuid4(), "x"):
        assert (await act(hub, owner, method, f"/{id}{suffix}", body)).status == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("POST", "", {"email": "n@example.com", "password": PASSWORD}),
        ("GET", "/{id}", None),
        ("PATCH", "/{id}", {"role": "admin"}),
        ("POST", "/{id}/lock", None),
        ("POST", "/{id}/unlock", None),
        ("POST", "/{id}/mfa/reset", None),
        ("DELETE", "/{id}", None),
    ],
)
async def test_it_takes_an_operator_with_both_factors_and_for_changes_a_fresh_proof(
    hub: RunningHub, method: str, path: str, body: Any
) -> None:
    owner, person, other = await hub.person("owner"), await hub.person(), await hub.person()
    path = path.replace("{id}", str(other.id))
    weak = {"authorization": "Bearer " + hub.token(owner.id, "owner", ("pwd",))}
    stale = {"authorization": "Bearer " + hub.token(owner.id, "owner", at=0)}
    assert (await act(hub, person, method, path, body)).status == 403
    assert (await hub.call(method, PATH + path, body, weak)).body["type"] == "/problems/mfa-required"
    if method != "GET":
        answer = await hub.call(method, PATH + path, body, stale)
        assert answer.body["type"] == "/problems/step-up-required"
    assert (await act(hub, owner, "GET", f"/{other.id}")).body["suspended_at"] is None


async def test_an_operator_creates_a_person_who_signs_in_at_once(hub: RunningHub) -> None:
    admin, email = await hub.person("admin"), f"{uuid4().hex}@example.com"
    body = {"email": email, "password": PASSWORD}
    made = await act(hub, admin, "POST", "", body)
    assert (made.status, made.body["role"]) == (201, "user") and made.body.keys() == DETAIL
    assert (await login(hub, email)).status == 200
    assert (await act(hub, admin, "POST", "", body)).status == 409
    first, *_ = await recorded(hub, f"user:{made.body['id']}")
    assert first == ("user.create", str(admin.id), '{"role":"user"}')


@pytest.mark.parametrize("role", ["owner", "admin"])
async def test_an_admin_makes_no_operators(hub: RunningHub, role: str) -> None:
    admin, person = await hub.person("admin"), await hub.person()
    body = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD, "role": role}
    refused = await act(hub, admin, "POST", "", body)
    assert refused.status == 403 and "Only an owner" in refused.body["detail"]
    assert await users.by_email(hub.res, body["email"]) is None
    assert (await act(hub, admin, "PATCH", f"/{person.id}", {"role": role})).status == 403
    assert (await users.get(hub.res, person.id)).role == "user"
    made = await act(hub, await hub.person("owner"), "POST", "", body)
    assert (made.status, made.body["role"]) == (201, role)


@pytest.mark.parametrize("password", ["", "short", "x" * 11, "x" * 257])
async def test_a_password_too_short_or_too_long_is_refused(hub: RunningHub, password: str) -> None:
    body = {"email": f"{uuid4().hex}@example.com", "password": password}
    answer = await act(hub, await hub.person("admin"), "POST", "", body)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/password")


async def test_another_role_holds_at_once(hub: RunningHub) -> None:
    owner, person = await hub.person("owner"), await hub.person()
    bearer, token = await signed_in(hub, person)
    assert (await hub.call("GET", "/api/v1/me", headers=bearer)).status == 200
    changed = await act(hub, owner, "PATCH", f"/{person.id}", {"role": "admin"})
    assert (changed.status, changed.body["role"], changed.body["sessions"]) == (200, "admin", 0)
    assert (await hub.call("GET", "/api/v1/me", headers=bearer)).status == 401
    assert (await refresh(hub, token)).status == 401
    again = await login(hub, person.email)
    assert hub.res.tokens.read(again.body["access_token"]).role == "admin"
    rows = await recorded(hub, f"user:{person.id}")
    assert ("user.role.change", str(owner.id), '{"new":"admin","old":"user"}') in rows


@pytest.mark.parametrize("body", [{}, {"role": "user"}])
async def test_a_change_that_changes_nothing_ends_nothing(hub: RunningHub, body: dict[str, str]) -> None:
    owner, person = await hub.person("owner"), await hub.person()
    bearer, _ = await signed_in(hub, person)
    assert (await act(hub, owner, "PATCH", f"/{person.id}", body)).status == 200
    assert (await hub.call("GET", "/api/v1/me", headers=bearer)).status == 200
    assert "user.role.change" not in {row[0] for row in await recorded(hub, f"user:{person.id}")}


async def test_a_lock_holds_at_once_and_until_it_is_taken_back(hub: RunningHub) -> None:
    admin, person, other = await hub.person("admin"), await hub.person(), await hub.person()
    bearer, token = await signed_in(hub, person)
    elsewhere, _ = await signed_in(hub, other)
    locked = await act(hub, admin, "POST", f"/{person.id}/lock")
    assert locked.status == 200 and locked.body["suspended_at"] is not None
    assert (await hub.call("GET", "/api/v1/me", headers=bearer)).status == 401
    assert (await refresh(hub, token)).status == 401
    assert (await login(hub, person.email)).status == 401
    assert (await hub.call("GET", "/api/v1/me", headers=elsewhere)).status == 200
    again = await act(hub, admin, "POST", f"/{person.id}/lock")
    assert (again.status, again.body) == (200, locked.body)
    unlocked = await act(hub, admin, "POST", f"/{person.id}/unlock")
    assert (unlocked.status, unlocked.body["suspended_at"]) == (200, None)
    assert (await hub.call("GET", "/api/v1/me", headers=bearer)).status == 401
    assert (await login(hub, person.email)).status == 200
    actions = [row[0] for row in await recorded(hub, f"user:{person.id}")]
    assert [a for a in actions if "lock" in a] == ["user.lock", "user.unlock"]


async def test_unlocking_also_ends_the_lock_for_failures(hub: RunningHub) -> None:
    admin, person = await hub.person("admin"), await hub.person()
    for _ in range(hub.res.settings.security.login_max_failures):
        await login(hub, person.email, "wrong")
    assert (await login(hub, person.email)).status == 401
    shown = await act(hub, admin, "GET", f"/{person.id}")
    assert shown.body["locked_until"] is not None and shown.body["suspended_at"] is None
    assert (await act(hub, admin, "POST", f"/{person.id}/unlock")).body["locked_until"] is None
    assert (await login(hub, person.email)).status == 200


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [
        ("PATCH", "", {"role": "user"}),
        ("POST", "/lock", None),
        ("POST", "/unlock", None),
        ("POST", "/mfa/reset", None),
        ("DELETE", "", None),
    ],
)
async def test_nobody_does_it_to_themselves_nor_an_admin_to_an_operator(
    hub: RunningHub, method: str, suffix: str, body: Any
) -> None:
    owner, admin, other = [await hub.person(role) for role in ("owner", "admin", "admin")]
    for by, to in ((owner, owner), (admin, admin), (admin, owner), (admin, other)):
        refused = await act(hub, by, method, f"/{to.id}{suffix}", body)
        assert refused.status == 403 and refused.body["detail"].endswith(".")
    for person, role in ((owner, "owner"), (admin, "admin"), (other, "admin")):
        shown = (await act(hub, owner, "GET", f"/{person.id}")).body
        assert (shown["role"], shown["suspended_at"]) == (role, None)


async def test_a_token_of_an_operator_who_is_none_any_more_does_nothing(hub: RunningHub) -> None:
    """The token of this test belongs to no stored session, so that the rule alone is left to refuse it."""
    owner, admin, person = [await hub.person(role) for role in ("owner", "admin", "user")]
    assert (await act(hub, owner, "PATCH", f"/{admin.id}", {"role": "user"})).status == 200
    for method, path in (("POST", f"/{person.id}/lock"), ("DELETE", f"/{person.id}")):
        assert (await act(hub, admin, method, path)).status == 403
    body = {"email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    assert (await act(hub, admin, "POST", "", body)).status == 403


async def test_a_lost_second_factor_is_taken_away_by_an_owner(hub: RunningHub) -> None:
    owner, admin, person = [await hub.person(role) for role in ("owner", "admin", "user")]
    for statement in (
        "insert into identity.totp (user_id, sealed, seal_id, created_at, confirmed_at) values ($1, 'x', 'x', now(), now())",
        "insert into identity.recovery_codes (user_id, hash, created_at) values ($1, 'x', now())",
    ):
        await hub.res.db.execute(statement, person.id)
    before = (await act(hub, owner, "GET", f"/{person.id}")).body
    assert before["mfa"]
    assert (await act(hub, admin, "POST", f"/{person.id}/mfa/reset")).status == 403
    done = await act(hub, owner, "POST", f"/{person.id}/mfa/reset")
    assert (done.status, done.body["mfa"], done.body["sessions"]) == (200, False, 0)
    left = await hub.rows("select 1 from identity.recovery_codes where user_id = $1", person.id)
    assert left == []
    assert ("user.mfa.reset", str(owner.id)) in {row[:2] for row in await recorded(hub, f"user:{person.id}")}


async def test_users_me_is_me(hub: RunningHub) -> None:
    person = await hub.person()
    me = await hub.call("GET", "/api/v1/me", headers=person.bearer)
    assert (await act(hub, person, "GET", "/me")).body == me.body
