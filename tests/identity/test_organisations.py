"""Organisations: the personal one, teams, and who is told that they exist."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from hub.core.problems import Conflict, Forbidden
from hub.identity.organisations import rules
from tests.hubs import RunningHub
from tests.identity.teams import PATH, Team, crew, team
from tests.identity.test_keys import made as made_key
from tests.identity.test_users_admin import signed_in

RANKS = ["viewer", "member", "admin", "owner"]


@pytest.mark.parametrize("role", RANKS)
@pytest.mark.parametrize("least", RANKS)
def test_a_higher_role_may_what_a_lower_one_may(role: Any, least: Any) -> None:
    if RANKS.index(role) >= RANKS.index(least):
        rules.check_at_least(role, least)
    else:
        with pytest.raises(Forbidden, match=f"needs the role {least}"):
            rules.check_at_least(role, least)


@pytest.mark.parametrize("mine", RANKS)
@pytest.mark.parametrize("theirs", RANKS)
def test_admins_manage_members_and_viewers_and_owners_everybody(mine: Any, theirs: Any) -> None:
    if mine == "owner" or (mine == "admin" and theirs in ("member", "viewer")):
        rules.check_may_manage(mine, theirs)
    else:
        with pytest.raises(Forbidden):
            rules.check_may_manage(mine, theirs)


@pytest.mark.parametrize(
    ("role", "owners", "stays"),
    [("owner", 1, False), ("owner", 2, True), ("admin", 1, True), ("viewer", 1, True)],
)
def test_the_last_owner_stays(role: Any, owners: int, stays: bool) -> None:
    if stays:
        rules.check_an_owner_stays(role, owners)
    else:
        with pytest.raises(Conflict):
            rules.check_an_owner_stays(role, owners)


async def test_everybody_has_a_personal_organisation_with_their_own_id(hub: RunningHub) -> None:
    person, other = await hub.person(), await hub.person()
    answers = await asyncio.gather(
        *(hub.call("GET", f"{PATH}/{person.id}", headers=person.bearer) for _ in range(8))
    )
    assert {answer.status for answer in answers} == {200}
    body = answers[0].body
    assert body.keys() == {"id", "name", "kind", "role", "created_at"}
    assert (body["id"], body["kind"], body["role"]) == (str(person.id), "personal", "owner")
    listed = await hub.call("GET", PATH, headers=person.bearer)
    assert listed.body["items"] == [body]
    assert (await hub.call("GET", f"{PATH}/{person.id}", headers=other.bearer)).status == 404


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [
        ("PATCH", "", {"name": "x"}),
        ("DELETE", "", None),
        ("POST", "/leave", None),
        ("POST", "/invitations", {"email": "x@example.com"}),
    ],
)
async def test_a_personal_organisation_stays_as_it_is(
    hub: RunningHub, method: str, suffix: str, body: Any
) -> None:
    person = await hub.person()
    mine = Team(hub, str(person.id))
    refused = await mine.call(person, method, suffix, body)
    assert (refused.status, refused.body["type"]) == (409, "/problems/personal")
    assert await mine.roles() == {str(person.id): "owner"}


async def test_a_team_is_created_renamed_and_deleted(hub: RunningHub) -> None:
    owner = await hub.person()
    made = await team(hub, owner, "First")
    assert (await made.call(owner, "PATCH", body={"name": "Second"})).body["name"] == "Second"
    listed = await hub.call("GET", PATH, headers=owner.bearer)
    shown = {item["id"]: (item["name"], item["kind"], item["role"]) for item in listed.body["items"]}
    assert shown[made.id] == ("Second", "team", "owner")
    assert (await made.call(owner, "DELETE")).status == 204
    for method, suffix in (("GET", ""), ("GET", "/members"), ("DELETE", "")):
        assert (await made.call(owner, method, suffix)).status == 404
    names = {item["name"] for item in (await hub.call("GET", PATH, headers=owner.bearer)).body["items"]}
    assert names == {"Personal"}


async def test_organisations_are_listed_page_by_page_newest_first(hub: RunningHub) -> None:
    owner = await hub.person()
    made = [str(owner.id), *[(await team(hub, owner, f"T{n}")).id for n in range(4)]]
    found, cursor = [], ""
    for _ in range(3):
        page = (await hub.call("GET", f"{PATH}?limit=2{cursor}", headers=owner.bearer)).body
        found += [item["id"] for item in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert found == made[::-1] and page["next_cursor"] is None


async def test_the_same_idempotency_key_makes_one_team(hub: RunningHub) -> None:
    owner = await hub.person()
    headers = owner.bearer | {"idempotency-key": uuid4().hex}
    answers = [await hub.call("POST", PATH, {"name": "Once"}, headers) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].body == answers[1].body


@pytest.mark.parametrize("name", ["", " ", " x", "x" * 65])
async def test_what_is_no_name_is_refused(hub: RunningHub, name: str) -> None:
    answer = await hub.call("POST", PATH, {"name": name}, (await hub.person()).bearer)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/name")


NOBODY = UUID(int=0)
ENDPOINTS: list[tuple[str, str, Any, str]] = [
    ("GET", "", None, "viewer"),
    ("GET", "/members", None, "viewer"),
    ("PATCH", "", {"name": "x"}, "admin"),
    ("POST", "/invitations", {"email": "somebody@example.com", "role": "viewer"}, "admin"),
    ("GET", "/invitations", None, "admin"),
    ("DELETE", f"/invitations/{NOBODY}", None, "admin"),
    ("PATCH", f"/members/{NOBODY}", {"role": "viewer"}, "admin"),
    ("DELETE", f"/members/{NOBODY}", None, "admin"),
    ("DELETE", "", None, "owner"),
]


@pytest.mark.parametrize(("method", "suffix", "body", "least"), ENDPOINTS)
async def test_each_endpoint_takes_its_role_or_a_higher_one(
    hub: RunningHub, method: str, suffix: str, body: Any, least: str
) -> None:
    made, people = await crew(hub)
    for role in RANKS:
        answer = await made.call(people[role], method, suffix, body)
        if RANKS.index(role) < RANKS.index(least):
            assert answer.status == 403 and least in answer.body["detail"]
        else:
            assert answer.status != 403
            break


@pytest.mark.parametrize(
    ("method", "suffix", "body"), [*(each[:3] for each in ENDPOINTS), ("POST", "/leave", None)]
)
async def test_a_stranger_is_not_told_that_there_is_one(
    hub: RunningHub, method: str, suffix: str, body: Any
) -> None:
    """Not even an owner of the hub: a tenant's things are the tenant's."""
    made, people = await crew(hub)
    for stranger in (await hub.person(), await hub.person("owner")):
        there, nowhere = [
            await Team(hub, id).call(stranger, method, suffix, body) for id in (made.id, str(uuid4()))
        ]
        assert (there.status, there.body["detail"]) == (404, nowhere.body["detail"])
        assert (await Team(hub, "x").call(stranger, method, suffix, body)).status == 404
    assert len(await made.roles()) == len(people)


async def test_membership_is_looked_up_on_every_request(hub: RunningHub) -> None:
    made, people = await crew(hub)
    admin, owner = people["admin"], people["owner"]
    assert (await made.call(admin, "PATCH", body={"name": "a"})).status == 200
    assert (await made.change(owner, admin, "viewer")).status == 200
    assert (await made.call(admin, "PATCH", body={"name": "b"})).status == 403
    assert (await made.call(admin, "GET")).body["role"] == "viewer"
    assert (await made.remove(owner, admin)).status == 204
    assert (await made.call(admin, "GET")).status == 404


async def test_an_api_key_reads_the_organisations_of_its_person_alone(hub: RunningHub) -> None:
    admin, other = await hub.person("admin"), await hub.person("admin")
    own, foreign = await team(hub, admin), await team(hub, other)
    _, key = await made_key(hub, admin, "organisations:read")
    for made, status in ((own, 200), (foreign, 404)):
        for suffix in ("", "/members"):
            assert (await hub.call("GET", f"{PATH}/{made.id}{suffix}", headers=key)).status == status
    assert (await hub.call("PATCH", f"{PATH}/{own.id}", {"name": "x"}, key)).status == 403


async def test_a_session_that_is_over_is_told_nothing_of_organisations(hub: RunningHub) -> None:
    person = await hub.person()
    made = await team(hub, person)
    bearer, token = await signed_in(hub, person)
    assert (await hub.call("GET", f"{PATH}/{made.id}", headers=bearer)).status == 200
    await hub.call("POST", "/api/v1/auth/logout", {"refresh_token": token})
    for id in (made.id, str(uuid4())):
        assert (await hub.call("GET", f"{PATH}/{id}", headers=bearer)).status == 401


async def test_deleting_a_team_needs_a_fresh_proof(hub: RunningHub) -> None:
    owner = await hub.person()
    made = await team(hub, owner)
    stale = {"authorization": "Bearer " + hub.token(owner.id, "user", at=0)}
    refused = await hub.call("DELETE", f"{PATH}/{made.id}", headers=stale)
    assert (refused.status, refused.body["type"]) == (403, "/problems/step-up-required")
    assert (await made.call(owner, "GET")).status == 200


async def test_every_change_is_recorded_with_who_did_it_and_no_e_mail(hub: RunningHub) -> None:
    owner, guest = await hub.person(), await hub.person()
    made = await team(hub, owner)
    await made.call(owner, "PATCH", body={"name": "x"})
    back = await made.invite(owner, "back@example.com")
    await made.call(owner, "DELETE", f"/invitations/{back.body['id']}")
    await made.join(owner, guest)
    await made.change(owner, guest, "owner")
    await made.change(owner, guest, "viewer")
    await made.leave(guest)
    await made.join(owner, guest)
    await made.remove(owner, guest)
    await made.call(owner, "DELETE")
    rows = await hub.rows(
        "select action, actor_id, meta from identity.audit_log where target = $1 order by seq",
        f"organisation:{made.id}",
    )
    own, joined = owner.id, ("invitation.create", "member.join")
    expected = ["create", "rename", "invitation.create", "invitation.revoke", *joined, "role.change"]
    expected += ["role.change", "member.leave", *joined, "member.remove", "delete"]
    assert [row[0].removeprefix("organisation.") for row in rows] == expected
    theirs = {"organisation.member.join", "organisation.member.leave"}
    assert all((row[1] == guest.id) == (row[0] in theirs) and row[1] in (own, guest.id) for row in rows)
    assert not any("@" in row[2] for row in rows)
