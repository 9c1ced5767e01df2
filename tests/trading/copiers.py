"""People who copy, with an account of 10,000.00 USD at a leverage of 100 and the terminal that speaks for it."""

from typing import Any
from uuid import UUID, uuid4

import msgspec

from hub.trading.copying import consent, place
from hub.trading.copying.settings import settings
from tests.hubs import Answer, Device, Person, Producer, RunningHub
from tests.trading.looks import Verified, sent, verified
from tests.trading.test_poll import plain

COPY = "/api/v1/copy"
LEVERAGE = 100


class Copying(msgspec.Struct, frozen=True):
    """Somebody, their account, and a strategy that is theirs alone to approve of."""

    hub: RunningHub
    account: Verified
    producer: Producer
    strategy: str

    @property
    def person(self) -> Person:
        return self.account.person

    @property
    def device(self) -> Device:
        return self.account.device

    async def call(self, verb: str, body: Any = None) -> Answer:
        method = {"status": "GET", "risk": "PATCH"}.get(verb, "POST")
        return await self.hub.call(method, f"{COPY}/{verb}", body, self.person.bearer)

    async def on(self, **more: Any) -> dict[str, Any]:
        answer = await self.call("enable", {"consent_version": consent.current().version} | more)
        assert answer.status == 200, answer.raw
        return dict(answer.body)

    async def status(self) -> dict[str, Any]:
        answer = await self.call("status")
        assert answer.status == 200, answer.raw
        return dict(answer.body)

    async def signal(self, **changed: Any) -> str:
        """A new open one of the strategy."""
        return await self.producer.opened(**({"strategy": self.strategy} | changed))

    async def earn(self, times: int | None = None) -> None:
        """Approve by hand as often as it takes; the terminal could do none of it."""
        for _ in range(settings().earned_approvals if times is None else times):
            assert (await self.hub.approve(self.person, await self.signal())).status == 201
        await self.failed()

    async def failed(self) -> None:
        """The terminal takes everything it is told and fails."""
        for command in (await self.device.poll()).body["commands"]:
            assert (await self.device.ack(command["id"], "failed", error="market closed")).status == 200

    async def look(self, seq: int, **changed: Any) -> None:
        """The terminal tells how the account stands."""
        await sent(self.device, self.account.broker.look(seq, leverage=LEVERAGE, **changed))

    async def orders(self) -> list[dict[str, Any]]:
        """What the terminal is told, in plain text."""
        commands = (await self.device.poll()).body["commands"]
        return [plain(self.device, command) for command in commands]

    async def placements(self, signal_id: str | None = None) -> list[tuple[str, str | None]]:
        """Outcomes and reasons, oldest first."""
        rows = await self.hub.rows(
            """select outcome, reason from trading.copy_placements
            where user_id = $1 and ($2::text is null or signal_id = $2::text::uuid) order by at""",
            self.person.id,
            signal_id,
        )
        return [(row[0], row[1]) for row in rows]

    async def copied(self, **changed: Any) -> tuple[str, str | None]:
        """What was done with a new signal."""
        signal_id = await self.signal(**changed)
        await copied(self.hub)
        [placement] = await self.placements(signal_id)
        return placement

    async def traces(self) -> tuple[int, ...]:
        """Approvals, commands and used quota of the person: what is not placed must not move."""
        [row] = await self.hub.rows(
            """select (select count(*) from trading.approvals where user_id = $1),
              (select count(*) from trading.commands where user_id = $1),
              (select coalesce(sum(used), 0)::int from money.quota_usage where user_id = $1 and key = 'approvals')""",
            self.person.id,
        )
        return tuple(row)

    async def audited(self) -> list[str]:
        """What was written down of the person's trading."""
        query = """select action from identity.audit_log
                   where target = $1 and action ~ '^(copy|trading)[.]' order by seq"""
        return [row[0] for row in await self.hub.rows(query, f"user:{self.person.id}")]


async def copied(hub: RunningHub) -> None:
    """Copy until every open signal was."""
    while await place.run(hub.res):
        pass


async def candidate(hub: RunningHub) -> Copying:
    """Somebody who could copy, and has nothing earned."""
    account = await verified(hub, {"leverage": LEVERAGE})
    return Copying(hub, account, await hub.producer(), f"s-{uuid4().hex[:8]}")


async def copying(hub: RunningHub, **more: Any) -> Copying:
    """Somebody who copies a strategy that they have earned."""
    mine = await candidate(hub)
    await mine.earn()
    await mine.on(**more)
    return mine


async def uncopied(hub: RunningHub, signal_id: str) -> bool:
    query = "select 1 from trading.copied_signals where signal_id = $1"
    return not await hub.rows(query, UUID(signal_id))
