"""People, their roles, and what a token lets them see."""

import pytest

from hub.core.problems import Conflict
from hub.identity.users import service as users
from tests.hubs import PASSWORD, RunningHub


@pytest.mark.parametrize("role", ["owner", "admin", "user"])
async def test_me_shows_who_is_signed_in_and_no_secret(hub: RunningHub, role: str) -> None:
    person = await hub.person(role)
    answer = await hub.call("GET", "/api/v1/me", headers=person.bearer)
    assert answer.status == 200
    assert answer.body.keys() == {"id", "email", "role", "created_at"}
    assert answer.body["role"] == role and answer.body["created_at"].endswith("Z")


async def test_an_e_mail_is_taken_once_whatever_its_case(hub: RunningHub) -> None:
    person = await hub.person()
    with pytest.raises(Conflict):
        await users.create(hub.res, person.email.upper(), PASSWORD, "user")


async def test_ensuring_a_person_twice_gives_the_same_one(hub: RunningHub) -> None:
    person = await hub.person()
    again = await users.ensure(hub.res, person.email, "another password", "admin")
    assert (again.id, again.role) == (person.id, "user")


@pytest.mark.parametrize(("role", "status"), [("owner", 404), ("admin", 404), ("user", 403)])
async def test_an_aggregate_is_for_owners_and_admins(hub: RunningHub, role: str, status: int) -> None:
    person = await hub.person(role)
    answer = await hub.call("GET", f"/api/v1/executions/{person.id}", headers=person.bearer)
    assert answer.status == status


async def test_the_password_is_stored_as_argon2id(hub: RunningHub) -> None:
    person = await hub.person()
    [row] = await hub.rows("select password_hash from identity.users where id = $1", person.id)
    assert row[0].startswith("$argon2id$") and PASSWORD not in row[0]
    assert await hub.res.passwords.verify(row[0], PASSWORD)
    assert not await hub.res.passwords.verify(row[0], PASSWORD + " ")
    assert not await hub.res.passwords.verify(None, "nobody's password")
    assert not await hub.res.passwords.verify("not a hash", PASSWORD)
