"""People with verified accounts and a terminal each, and what a terminal says of its account."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from caerus_client.snapshots import Snapshot, SnapshotPosition

from hub.core.clock import rfc3339
from hub.core.ids import uuid7
from hub.core.principal import Principal
from hub.core.resources import open_resources
from hub.trading.devices import service as devices
from hub.trading.devices.models import Registered
from workers.up.stack import Stack

SERVER, DEPOSIT = "Demo-1", 10_000
_PEOPLE = """insert into identity.users (id, email, password_hash, role, created_at, updated_at)
    select n.id, n.id::text || '@caerus.example', '', 'user', now(), now() from unnest($1::uuid[]) as n (id)"""
# An account has its person's id.
_ACCOUNTS = f"""insert into trading.accounts
    (id, user_id, broker, server, login, name, currency, kind, state, device_id, created_at)
    select n.person, n.person, 'Demo', '{SERVER}', n.login, 'bench', 'USD', 'demo', 'verified', n.device, now()
    from unnest($1::uuid[], $2::uuid[], $3::text[]) as n (person, device, login)"""


async def opened(stack: Stack, owner: Any, count: int) -> dict[UUID, Registered]:
    """So many people, and the terminal of each; `owner` is a connection that may write anything."""
    made = dict[UUID, Registered]()
    people = [uuid7() for _ in range(count)]
    await owner.execute(_PEOPLE, people)
    async with open_resources(stack.settings, stack.endpoints.dsn, stack.endpoints.redis_url) as res:
        for person in people:
            who = Principal("user", str(person), person, "user")
            made[person] = await devices.register(res, who, "bench", None)
    terminals = [each.device_id for each in made.values()]
    await owner.execute(_ACCOUNTS, people, terminals, [login(each) for each in terminals])
    return made


def login(device_id: UUID) -> str:
    """Of the account that this terminal is on."""
    return str(device_id.int % 10**15)


def look(seq: int, login: str, profits: list[int]) -> Snapshot:
    """With a position of each of these profits, in whole dollars."""
    equity = str(DEPOSIT + sum(profits))
    return Snapshot(
        seq=seq,
        time=rfc3339(datetime.now(UTC)),
        server=SERVER,
        login=login,
        currency="USD",
        balance=str(DEPOSIT),
        equity=equity,
        margin="0",
        free_margin=equity,
        positions=tuple(_position(number, profit) for number, profit in enumerate(profits)),
    )


def _position(number: int, profit: int) -> SnapshotPosition:
    return SnapshotPosition(
        ticket=str(number),
        symbol="XAUUSD",
        side="buy",
        volume="0.1",
        open_price="1900",
        price=str(1900 + profit),
        profit=str(profit),
        opened_at="2026-11-24T10:00:00Z",
    )
