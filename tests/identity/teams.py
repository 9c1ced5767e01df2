"""A team and its members, made over HTTP."""

from typing import Any

from msgspec import Struct

from tests.hubs import Answer, Person, RunningHub

PATH = "/api/v1/organisations"


class Team(Struct, frozen=True):
    """An organisation on a hub."""

    hub: RunningHub
    id: str

    async def call(self, by: Person, method: str, suffix: str = "", body: Any = None) -> Answer:
        return await self.hub.call(method, f"{PATH}/{self.id}{suffix}", body, by.bearer)

    async def invite(self, by: Person, email: str, role: str = "member") -> Answer:
        return await self.call(by, "POST", "/invitations", {"email": email, "role": role})

    async def join(self, by: Person, person: Person, role: str = "member") -> Person:
        """Invite somebody, who accepts."""
        invited = await self.invite(by, person.email, role)
        assert invited.status == 201, invited.raw
        accepted = await accept(self.hub, person, invited.body["id"])
        assert accepted.status == 200, accepted.raw
        return person

    async def change(self, by: Person, to: Person, role: str) -> Answer:
        return await self.call(by, "PATCH", f"/members/{to.id}", {"role": role})

    async def remove(self, by: Person, who: Person) -> Answer:
        return await self.call(by, "DELETE", f"/members/{who.id}")

    async def leave(self, who: Person) -> Answer:
        return await self.call(who, "POST", "/leave")

    async def roles(self) -> dict[str, str]:
        """Who is in it, as the database has it."""
        rows = await self.hub.rows(
            "select user_id::text, role from identity.memberships where organisation_id = $1::text::uuid",
            self.id,
        )
        return {row[0]: row[1] for row in rows}


async def team(hub: RunningHub, owner: Person, name: str = "Team") -> Team:
    made = await hub.call("POST", PATH, {"name": name}, owner.bearer)
    assert made.status == 201, made.raw
    return Team(hub, made.body["id"])


async def accept(hub: RunningHub, by: Person, invitation_id: str) -> Answer:
    return await hub.call("POST", f"{PATH}/invitations/{invitation_id}/accept", None, by.bearer)


async def crew(hub: RunningHub) -> tuple[Team, dict[str, Person]]:
    """A team with one member of each role."""
    owner = await hub.person()
    made, people = await team(hub, owner), {"owner": owner}
    for role in ("admin", "member", "viewer"):
        people[role] = await made.join(owner, await hub.person(), role)
    return made, people
