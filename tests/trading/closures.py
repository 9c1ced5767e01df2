"""Accounts with open positions, for what closes them."""

from typing import Any
from uuid import UUID

from hub.core import clock
from hub.core.ids import uuid7
from tests.hubs import Device, Person, RunningHub


class Account:
    """An account with `count` open positions, as its terminal told of it."""

    def __init__(self, hub: RunningHub, id: UUID, person: Person, device: Device) -> None:
        self.hub, self.id, self.person, self.device = hub, id, person, device

    async def looked(self, seq: int = 1) -> None:
        """A look was taken now, of 1,000.00 and the positions as they are."""
        await self.hub.res.db.execute(
            """insert into trading.account_states (account_id, seq, taken_at, received_at, balance, equity, margin, free_margin,
                   peak_equity, day_equity, day, leverage, connected, trade_allowed, algo_allowed, skew_ms)
               values ($1, $2, $3, $3, 100000, 100000, 0, 100000, 100000, 100000, current_date, 100, true, true, true, 0)
               on conflict (account_id) do update set seq = excluded.seq, taken_at = excluded.taken_at,
                   received_at = excluded.received_at""",
            self.id, seq, clock.now(),
        )  # fmt: skip

    async def booked(
        self,
        direction: str,
        ticket: str = "100",
        *,
        volume: str = "0.1",
        reason: str = "expert",
        comment: str = "",
    ) -> None:
        """The broker has booked a deal of a position that was bought; once of each direction."""
        side = "buy" if direction == "in" else "sell"
        await self.hub.res.db.execute(
            """insert into trading.deals (account_id, deal, ticket, kind, direction, side, symbol, volume, price, profit,
                   swap, commission, reason, comment, at, received_at)
               values ($1, $3 || '-' || $2, $2, 'trade', $3, $4, 'GOLD', $5::text::numeric, 1901, 0, 0, 0, $6, $7, $8, $8)
               on conflict do nothing""",
            self.id, ticket, direction, side, volume, reason, comment, clock.now(),
        )  # fmt: skip

    async def gone(self, ticket: str) -> None:
        """The broker says that it is closed, and has booked it."""
        await self.unseen(ticket)
        await self.booked("out", ticket)

    async def unseen(self, ticket: str) -> None:
        """One look did not show it."""
        query = "update trading.positions set closed_at = $3, price = 1900.5 where account_id = $1 and ticket = $2"
        await self.hub.res.db.execute(query, self.id, ticket, clock.now())

    async def closures(self) -> list[Any]:
        query = "select * from trading.closures where account_id = $1 order by ticket"
        return await self.hub.rows(query, self.id)

    async def waiting(self) -> list[Any]:
        """Close commands that the terminal has not answered."""
        query = """select c.id, c.ticket from trading.deliveries as d join trading.commands as c on c.id = d.command_id
                   where c.account_id = $1 and c.kind = 'close' order by c.ticket, c.id"""
        return await self.hub.rows(query, self.id)

    async def audited(self) -> list[str]:
        query = "select action from identity.audit_log where target like $1 order by seq"
        return [row[0] for row in await self.hub.rows(query, f"position:{self.id}/%")]


async def account(hub: RunningHub, count: int = 1) -> Account:
    person = await hub.person()
    device = await hub.device(person)
    id, now = uuid7(), clock.now()
    await hub.res.db.execute(
        """insert into trading.accounts (id, user_id, broker, server, login, name, state, kind, device_id, created_at,
               verified_at)
           values ($1, $2, 'Demo', 'Demo-1', $3, 'mine', 'verified', 'demo', $4, $5, $5)""",
        id, person.id, str(id.int % 10**8), UUID(device.id), now,
    )  # fmt: skip
    for number in range(count):
        await hub.res.db.execute(
            """insert into trading.positions (account_id, ticket, symbol, side, volume, open_price, price, profit,
                   swap, opened_at, comment, seen_at)
               values ($1, $2, 'GOLD', 'buy', 0.1, 1900, 1899, -1000, 0, $3, '', $3)""",
            id, str(100 + number), now,
        )  # fmt: skip
    return Account(hub, id, person, device)
