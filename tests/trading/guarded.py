"""Accounts that guards look at, put where the room of accounts puts them."""

from typing import Any
from uuid import UUID

from hub.core import clock
from hub.core.ids import uuid7
from tests.hubs import Answer, Person, RunningHub


async def account(hub: RunningHub, person: Person, **state: Any) -> UUID:
    """A verified demo account that stands well, but for `state`."""
    id = uuid7()
    await hub.res.db.execute(
        """insert into trading.accounts (id, user_id, broker, server, login, name, state, created_at, kind)
        values ($1::uuid, $2, 'b', 's', $1::uuid::text, 'a', 'verified', now(), 'demo')""",
        id,
        person.id,
    )
    if state is not None:
        await stand(hub, id, **state)
    return id


async def stand(hub: RunningHub, id: UUID, **state: Any) -> None:
    """What was last seen of the account; `age` in seconds."""
    known: dict[str, Any] = {"equity": 100_000, "peak": 100_000, "day": 100_000, "margin": 0, "age": 0.0}
    known |= {"connected": True} | state
    await hub.res.db.execute(
        """insert into trading.account_states (account_id, seq, taken_at, received_at, balance, equity, margin,
          free_margin, peak_equity, day_equity, day, leverage, connected, trade_allowed, algo_allowed, skew_ms)
        select $1, 1, t, t, $2, $2, $5, 0, $3, $4, current_date, 30, $7, true, true, 0
        from (values ($8::timestamptz - make_interval(secs => $6))) as v (t)
        on conflict (account_id) do update set equity = excluded.equity, peak_equity = excluded.peak_equity,
          day_equity = excluded.day_equity, margin = excluded.margin, received_at = excluded.received_at,
          connected = excluded.connected""",
        id,
        known["equity"],
        known["peak"],
        known["day"],
        known["margin"],
        known["age"],
        known["connected"],
        clock.now(),
    )


async def approved(hub: RunningHub, person: Person) -> Answer:
    """The answer to an approval of a new signal."""
    return await hub.approve(person, await (await hub.producer()).opened())


async def traces(hub: RunningHub, person: Person) -> tuple[int, ...]:
    """Approvals, commands, quota and events of a person: what a refusal must not move."""
    [row] = await hub.rows(
        """select (select count(*) from trading.approvals where user_id = $1),
          (select count(*) from trading.commands where user_id = $1),
          (select coalesce(sum(used), 0)::int from money.quota_usage where user_id = $1),
          (select count(*) from identity.audit_log where actor_id = $1)""",
        person.id,
    )
    return tuple(row)
