"""A person and somebody of their team who may become their deputy."""

from typing import Any

from msgspec import Struct

from hub.trading.approvals.rules import CONSENT
from tests.hubs import Answer, Device, Person, RunningHub
from tests.identity.teams import Team, team

PATH = "/api/v1/deputies"


class Pair(Struct, frozen=True):
    """A person with a terminal, and somebody of their team."""

    hub: RunningHub
    team: Team
    person: Person
    device: Device
    deputy: Person

    async def name(self, deputy: Person | None = None, **scope: Any) -> Answer:
        body = {"organisation_id": self.team.id, "deputy_id": str((deputy or self.deputy).id)} | scope
        return await self.hub.call("POST", PATH, body, self.person.bearer)

    async def named(self, **scope: Any) -> str:
        answer = await self.name(**scope)
        assert answer.status == 201, answer.raw
        return str(answer.body["id"])

    async def decide(
        self, id: str, signal_id: str, decision: str = "approved", by: Person | None = None, **more: Any
    ) -> Answer:
        body = {"signal_id": signal_id, "decision": decision, "consent_version": CONSENT.version} | more
        return await self.hub.call("POST", f"{PATH}/{id}/approve", body, (by or self.deputy).bearer)

    async def revoke(self, id: str, by: Person | None = None) -> Answer:
        return await self.hub.call("POST", f"{PATH}/{id}/revoke", {}, (by or self.person).bearer)

    async def signal(self, **changed: Any) -> str:
        return await (await self.hub.producer()).opened(**changed)

    async def stored(self, signal_id: str) -> list[tuple[Any, ...]]:
        """(for whom, what, how, by whom, commands) of a signal."""
        rows = await self.hub.rows(
            """select a.user_id, a.decision, a.via, a.decided_by,
                 (select count(*) from trading.commands as c where c.approval_id = a.id)
               from trading.approvals as a where a.signal_id = $1::text::uuid""",
            signal_id,
        )
        return [tuple(row) for row in rows]


async def pair(hub: RunningHub, role: str = "member") -> Pair:
    person = await hub.person()
    made = await team(hub, person)
    deputy = await made.join(person, await hub.person(), role)
    return Pair(hub, made, person, await hub.device(person), deputy)
