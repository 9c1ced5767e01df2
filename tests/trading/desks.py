"""An organisation that decides somebody's trading by k of n."""

from typing import Any

from msgspec import Struct

from hub.trading.approvals.rules import CONSENT
from tests.hubs import Answer, Device, Person, RunningHub
from tests.identity.teams import Team, team

POLICY = "/approval-policy"


class Desk(Struct, frozen=True):
    """A trader with a terminal, the owner of their team, and the approvers its policy names."""

    hub: RunningHub
    team: Team
    owner: Person
    trader: Person
    device: Device
    approvers: list[Person]

    async def set(self, needed: int, approvers: list[Person] | None = None) -> Answer:
        named = self.approvers if approvers is None else approvers
        body = {"needed": needed, "approvers": [str(each.id) for each in named]}
        return await self.team.call(self.owner, "PUT", POLICY, body)

    async def join(self, trader: Person | None = None) -> Answer:
        return await self.team.call(trader or self.trader, "POST", f"{POLICY}/join")

    async def vote(self, by: Person, signal_id: str, decision: str = "approved", **more: Any) -> Answer:
        body = {"signal_id": signal_id, "trader_id": str(self.trader.id), "decision": decision}
        return await self.team.call(by, "POST", "/votes", body | {"consent_version": CONSENT.version} | more)

    async def signal(self, **changed: Any) -> str:
        return await (await self.hub.producer()).opened(**changed)

    async def stored(self, signal_id: str) -> tuple[int, list[tuple[Any, ...]], int]:
        """Votes, the trader's decisions with how they came about, and commands of a signal."""
        votes = await self.hub.rows("select 1 from trading.votes where signal_id = $1::text::uuid", signal_id)
        decided = await self.hub.rows(
            """select decision, via, decided_by from trading.approvals
               where signal_id = $1::text::uuid and user_id = $2""",
            signal_id,
            self.trader.id,
        )
        query = "select 1 from trading.commands where signal_id = $1::text::uuid and user_id = $2 and kind = 'open'"
        commands = await self.hub.rows(query, signal_id, self.trader.id)
        return len(votes), [tuple(row) for row in decided], len(commands)


async def desk(hub: RunningHub, needed: int = 2, of: int = 3) -> Desk:
    """Under its policy already."""
    owner = await hub.person()
    made = await team(hub, owner)
    trader = await made.join(owner, await hub.person())
    approvers = [await made.join(owner, await hub.person()) for _ in range(of)]
    ready = Desk(hub, made, owner, trader, await hub.device(trader), approvers)
    for answer in (await ready.set(needed), await ready.join()):
        assert answer.status == 200, answer.raw
    return ready
