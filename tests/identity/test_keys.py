"""API keys: made once, told apart from typing errors, refused as soon as they should be."""

import asyncio
import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from hub.core import guards
from hub.identity.keys import rules
from tests.hubs import Answer, Person, RunningHub

PATH = "/api/v1/api-keys"
USERS = "/api/v1/users"


async def make(hub: RunningHub, by: Person, *scopes: str, name: str = "", days: int = 30) -> Answer:
    body = {"name": name or uuid4().hex, "scopes": list(scopes), "expires_in_days": days}
    return await hub.call("POST", PATH, body, by.bearer)


async def made(hub: RunningHub, by: Person, *scopes: str) -> tuple[str, dict[str, str]]:
    """A new key's id, and the header it is sent in."""
    answer = await make(hub, by, *(scopes or ("users:read",)))
    assert answer.status == 201, answer.raw
    return answer.body["info"]["id"], {"authorization": f"Bearer {answer.body['key']}"}


async def status(hub: RunningHub, key: dict[str, str], path: str = USERS) -> int:
    return (await hub.call("GET", path, headers=key)).status


async def test_a_key_is_shown_once_and_stored_as_a_digest(hub: RunningHub) -> None:
    admin = await hub.person("admin")
    answer = await make(hub, admin, "users:read", "audit:read", "users:read", name="ci", days=7)
    key, info = answer.body["key"], answer.body["info"]
    assert info.keys() == {
        "id",
        "name",
        "hint",
        "scopes",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    }
    assert (info["name"], info["hint"], info["scopes"]) == ("ci", key[-4:], ["audit:read", "users:read"])
    life = datetime.fromisoformat(info["expires_at"]) - datetime.fromisoformat(info["created_at"])
    assert life == timedelta(days=7)
    listed = await hub.call("GET", PATH, headers=admin.bearer)
    assert listed.body["items"] == [info] and key.encode() not in listed.raw
    [row] = await hub.rows("select hash, t::text from identity.api_keys as t where user_id = $1", admin.id)
    assert row[0] == hashlib.sha256(key.encode()).digest() and key not in row[1]


async def test_a_key_does_what_its_scopes_say_and_is_told_which_it_lacks(hub: RunningHub) -> None:
    _, key = await made(hub, await hub.person("owner"), "users:read")
    assert await status(hub, key) == 200
    lacking = await hub.call("GET", "/api/v1/admin/audit-logs", headers=key)
    assert lacking.status == 403 and "audit:read" in lacking.body["detail"]
    assert (await hub.call("POST", f"{USERS}/{uuid4()}/lock", headers=key)).status == 403


async def test_a_key_changes_people_within_its_person_s_rights_and_is_named_in_the_log(
    hub: RunningHub,
) -> None:
    admin, person, other = await hub.person("admin"), await hub.person(), await hub.person("admin")
    id, key = await made(hub, admin, "users:write")
    assert (await hub.call("POST", f"{USERS}/{person.id}/lock", headers=key)).status == 200
    assert (await hub.call("POST", f"{USERS}/{other.id}/lock", headers=key)).status == 403
    assert (await hub.call("POST", f"{USERS}/{admin.id}/lock", headers=key)).status == 403
    [row] = await hub.rows(
        "select actor_id, actor_role, meta from identity.audit_log where action = 'user.lock' and target = $1",
        f"user:{person.id}",
    )
    assert (row[0], row[1]) == (admin.id, "admin")
    assert msgspec.json.decode(row[2])["key"] == id


@pytest.mark.parametrize(
    "end", ["revoked", "expired", "suspended", "demoted", "deleted", "suspended and unlocked", "promoted"]
)
async def test_a_key_is_refused_at_once(hub: RunningHub, end: str) -> None:
    owner, admin = await hub.person("owner"), await hub.person("admin")
    id, key = await made(hub, admin)
    assert await status(hub, key) == 200
    person = f"{USERS}/{admin.id}"
    if end == "revoked":
        assert (await hub.call("DELETE", f"{PATH}/{id}", headers=admin.bearer)).status == 204
    elif end == "expired":
        await hub.res.db.execute(
            "update identity.api_keys set expires_at = now() where id = $1::text::uuid", id
        )
    elif end == "demoted":
        await hub.call("PATCH", person, {"role": "user"}, owner.bearer)
    elif end == "promoted":
        await hub.call("PATCH", person, {"role": "owner"}, owner.bearer)
    elif end == "deleted":
        await hub.call("DELETE", person, headers=owner.bearer)
    else:
        await hub.call("POST", f"{person}/lock", headers=owner.bearer)
        if end != "suspended":
            assert await status(hub, key) == 401
            await hub.call("POST", f"{person}/unlock", headers=owner.bearer)
    assert await status(hub, key) == (200 if end in ("promoted", "suspended and unlocked") else 401)


@pytest.mark.parametrize(
    "token", ["ck_", "ck_x", rules.compose(bytes(32)), "ck_" + "a" * 49, "ck_" + "é" * 49]
)
async def test_what_is_no_key_is_refused_like_any_stranger(hub: RunningHub, token: str) -> None:
    answer = await hub.call("GET", USERS, headers={"authorization": f"Bearer {token}"})
    unknown = await hub.call("GET", USERS)
    assert (answer.status, answer.body["detail"]) == (401, unknown.body["detail"])


@pytest.mark.parametrize("scopes", [["users:all"], ["users:read", "everything", "a"]])
async def test_a_scope_that_does_not_exist_is_refused_with_those_that_do(
    hub: RunningHub, scopes: list[str]
) -> None:
    answer = await make(hub, await hub.person("owner"), *scopes)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/scopes")
    detail = answer.body["detail"]
    assert all(known in detail for known in guards.SCOPES)
    assert all(unknown in detail for unknown in set(scopes) - set(guards.SCOPES))


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"scopes": []}, "/scopes"),
        ({"expires_in_days": 0}, "/expires_in_days"),
        ({"expires_in_days": 366}, "/expires_in_days"),
        ({"name": " "}, "/name"),
        ({"extra": 1}, "/extra"),
    ],
)
async def test_a_wrong_value_is_refused_and_named(
    hub: RunningHub, change: dict[str, Any], pointer: str
) -> None:
    body = {"name": "k", "scopes": ["users:read"], "expires_in_days": 1} | change
    answer = await hub.call("POST", PATH, body, (await hub.person("owner")).bearer)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)


async def test_a_name_is_taken_until_its_key_is_revoked(hub: RunningHub) -> None:
    admin, other = await hub.person("admin"), await hub.person("admin")
    first = await make(hub, admin, "users:read", name="ci")
    assert (await make(hub, admin, "users:read", name="ci")).body["type"] == "/problems/key-name-taken"
    assert (await make(hub, other, "users:read", name="ci")).status == 201
    await hub.call("DELETE", f"{PATH}/{first.body['info']['id']}", headers=admin.bearer)
    assert (await make(hub, admin, "users:read", name="ci")).status == 201


async def test_of_many_keys_made_at_once_twenty_are(hub: RunningHub) -> None:
    admin = await hub.person("admin")
    answers = await asyncio.gather(*(make(hub, admin, "users:read") for _ in range(rules.MOST + 5)))
    assert sorted(answer.status for answer in answers) == [201] * rules.MOST + [409] * 5
    [revoked, expired, *_] = [answer.body["info"]["id"] for answer in answers if answer.status == 201]
    await hub.call("DELETE", f"{PATH}/{revoked}", headers=admin.bearer)
    assert (await make(hub, admin, "users:read")).status == 201
    await hub.res.db.execute(
        "update identity.api_keys set expires_at = now() where id = $1::text::uuid", expired
    )
    assert (await make(hub, admin, "users:read")).status == 201
    assert (await make(hub, admin, "users:read")).status == 409


async def test_one_sees_and_revokes_one_s_own_keys_alone(hub: RunningHub) -> None:
    admin, owner = await hub.person("admin"), await hub.person("owner")
    id, key = await made(hub, admin)
    assert (await hub.call("GET", PATH, headers=owner.bearer)).body["items"] == []
    for unknown in (id, str(uuid4()), "x"):
        assert (await hub.call("DELETE", f"{PATH}/{unknown}", headers=owner.bearer)).status == 404
    assert await status(hub, key) == 200
    assert (await hub.call("DELETE", f"{PATH}/{id}", headers=admin.bearer)).status == 204
    assert (await hub.call("DELETE", f"{PATH}/{id}", headers=admin.bearer)).status == 404
    [item] = (await hub.call("GET", PATH, headers=admin.bearer)).body["items"]
    assert item["revoked_at"] is not None


async def test_keys_are_for_operators_with_both_factors_and_making_one_needs_a_fresh_proof(
    hub: RunningHub,
) -> None:
    admin = await hub.person("admin")
    assert (await make(hub, await hub.person(), "users:read")).status == 403
    for token, kind in (
        (hub.token(admin.id, "admin", ("pwd",)), "mfa-required"),
        (hub.token(admin.id, "admin", at=0), "step-up-required"),
    ):
        answer = await make(hub, Person(admin.id, admin.email, token), "users:read")
        assert (answer.status, answer.body["type"]) == (403, f"/problems/{kind}")
    assert (await hub.call("GET", PATH, headers=admin.bearer)).body["items"] == []


async def test_the_last_use_is_written_once_a_minute(hub: RunningHub) -> None:
    admin = await hub.person("admin")
    id, key = await made(hub, admin)

    async def last() -> datetime | None:
        query = "select last_used_at from identity.api_keys where id = $1::text::uuid"
        found: datetime | None = (await hub.rows(query, id))[0][0]
        return found

    assert await last() is None
    await asyncio.gather(*(status(hub, key) for _ in range(5)))
    first = await last()
    assert first is not None
    await status(hub, key)
    assert await last() == first
    statement = "update identity.api_keys set last_used_at = $2 where id = $1::text::uuid"
    await hub.res.db.execute(statement, id, first - timedelta(seconds=61))
    await status(hub, key)
    after = await last()
    assert after is not None and after > first


async def test_making_and_revoking_are_recorded_without_the_key(hub: RunningHub) -> None:
    admin = await hub.person("admin")
    answer = await make(hub, admin, "users:read", days=3)
    id = answer.body["info"]["id"]
    await hub.call("DELETE", f"{PATH}/{id}", headers=admin.bearer)
    query = "select action, meta from identity.audit_log where target = $1 order by seq"
    rows = await hub.rows(query, f"key:{id}")
    assert [row[0] for row in rows] == ["key.create", "key.revoke"]
    assert rows[0][1] == '{"days":3,"scopes":["users:read"]}'
