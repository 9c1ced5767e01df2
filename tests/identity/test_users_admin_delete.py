"""Deleting a person leaves a row without a name, and nobody who can come back."""

from typing import Any
from uuid import UUID

from tests.hubs import Person, RunningHub
from tests.identity.test_login import login, refresh
from tests.identity.test_users_admin import act, recorded, signed_in


async def delete(hub: RunningHub, person: Person) -> None:
    assert (await act(hub, await hub.person("owner"), "DELETE", f"/{person.id}")).status == 204


async def test_a_deleted_person_is_nowhere_named_and_cannot_come_back(hub: RunningHub) -> None:
    person = await hub.person()
    bearer, token = await signed_in(hub, person)
    await delete(hub, person)
    assert (await hub.call("GET", "/api/v1/me", headers=bearer)).status == 401
    assert (await refresh(hub, token)).status == 401
    assert (await login(hub, person.email)).status == 401
    [row] = await hub.rows(
        "select email, password_hash, verified_at, deleted_at from identity.users where id = $1", person.id
    )
    assert (row[0], row[1], row[2]) == (f"deleted-{person.id}@invalid", "!", None) and row[3] is not None
    assert (await login(hub, row[0], "!")).status == 401
    assert "user.delete" in {entry[0] for entry in await recorded(hub, f"user:{person.id}")}


async def test_nothing_stored_of_identity_holds_the_e_mail_any_more(hub: RunningHub) -> None:
    owner, person = await hub.person("owner"), await hub.person()
    team = (await hub.call("POST", "/api/v1/organisations", {"name": "T"}, owner.bearer)).body["id"]
    invited = {"email": person.email.upper(), "role": "viewer"}
    path = f"/api/v1/organisations/{team}/invitations"
    assert (await hub.call("POST", path, invited, owner.bearer)).status == 201
    await signed_in(hub, person)
    assert await holding(hub, person.email)
    await delete(hub, person)
    assert await holding(hub, person.email) == {}
    [places] = await hub.rows("select ip, ua from identity.sessions where user_id = $1", person.id)
    assert tuple(places) == (None, "")


async def holding(hub: RunningHub, text: str) -> dict[str, Any]:
    """The tables of identity with a row in which this text stands."""
    tables = await hub.rows(
        """select relname from pg_class where relnamespace = 'identity'::regnamespace
           and relkind in ('r', 'p') and not relispartition"""
    )
    found = {}
    for (table,) in tables:
        query = f"select count(*) from identity.{table} as t where t::text ilike '%' || $1 || '%'"
        [row] = await hub.rows(query, text)
        if row[0]:
            found[table] = row[0]
    return found


async def test_the_second_factor_letters_and_keys_go(hub: RunningHub) -> None:
    person = await hub.person("admin")
    made = await hub.call(
        "POST",
        "/api/v1/api-keys",
        {"name": "k", "scopes": ["users:read"], "expires_in_days": 1},
        person.bearer,
    )
    key = {"authorization": f"Bearer {made.body['key']}"}
    assert (await hub.call("GET", "/api/v1/users", headers=key)).status == 200
    await hub.res.db.execute(
        "insert into identity.totp (user_id, sealed, seal_id, created_at) values ($1, 'x', 'x', now())",
        person.id,
    )
    await delete(hub, person)
    assert (await hub.call("GET", "/api/v1/users", headers=key)).status == 401
    for table in ("totp", "recovery_codes", "mail_tokens", "memberships"):
        assert await hub.rows(f"select 1 from identity.{table} where user_id = $1", person.id) == []


async def test_the_e_mail_is_free_again(hub: RunningHub) -> None:
    person = await hub.person()
    await delete(hub, person)
    body = {"email": person.email, "password": "another good password"}
    made = await act(hub, await hub.person("admin"), "POST", "", body)
    assert made.status == 201 and UUID(made.body["id"]) != person.id


async def test_a_team_whose_last_owner_is_deleted_goes_to_its_oldest_highest_member(hub: RunningHub) -> None:
    gone, viewer, first, second = [await hub.person() for _ in range(4)]
    made = await hub.call("POST", "/api/v1/organisations", {"name": "Team"}, gone.bearer)
    team = made.body["id"]
    for person, role in ((viewer, "viewer"), (first, "admin"), (second, "admin")):
        statement = "insert into identity.memberships values ($1::text::uuid, $2, $3, now())"
        await hub.res.db.execute(statement, team, person.id, role)
    await delete(hub, gone)
    shown = await hub.call("GET", f"/api/v1/organisations/{team}/members", headers=viewer.bearer)
    roles = {item["user_id"]: item["role"] for item in shown.body["items"]}
    assert roles == {str(viewer.id): "viewer", str(first.id): "owner", str(second.id): "admin"}
    assert "organisation.role.change" in {row[0] for row in await recorded(hub, f"organisation:{team}")}


async def test_a_team_with_another_owner_stays_as_it_is_and_an_empty_one_goes(hub: RunningHub) -> None:
    gone, other = await hub.person(), await hub.person()
    shared, empty = [
        (await hub.call("POST", "/api/v1/organisations", {"name": name}, gone.bearer)).body["id"]
        for name in ("shared", "empty")
    ]
    statement = "insert into identity.memberships values ($1::text::uuid, $2, 'owner', now())"
    await hub.res.db.execute(statement, shared, other.id)
    await delete(hub, gone)
    rows = await hub.rows(
        "select id::text from identity.organisations where id = any($1::text[]::uuid[]) and deleted_at is null",
        [shared, empty, str(gone.id)],
    )
    assert [row[0] for row in rows] == [shared]
    members = await hub.call("GET", f"/api/v1/organisations/{shared}/members", headers=other.bearer)
    assert [item["user_id"] for item in members.body["items"]] == [str(other.id)]
