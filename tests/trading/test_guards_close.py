"""A look that says that an account must be closed has begun it when it is answered; nobody can prevent that."""

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from hub.core import clock
from hub.trading.closing import rules, service
from hub.trading.risk import sweep
from tests.hubs import RunningHub
from tests.stream.sockets import signed_in
from tests.trading.copiers import copying
from tests.trading.guarded import approved, stand
from tests.trading.looks import Verified, broker, deposit, linked, position, sent, verified
from tests.trading.test_poll import plain

LOSS = {"balance": "10000", "equity": "7900", "free_margin": "7900"}
"""21 % below the peak; 20 % closes everything."""


def losing(mine: Verified, seq: int, tickets: tuple[str, ...] = ("1",), **changed: Any) -> dict[str, Any]:
    first, *others = tickets
    held = [position(first, profit="-2100.00"), *map(position, others)]
    return mine.broker.look(seq, **(LOSS | {"positions": held} | changed))


async def closures(mine: Verified) -> list[Any]:
    query = "select * from trading.closures where account_id = $1::text::uuid order by ticket, decided_at"
    return await mine.hub.rows(query, mine.id)


async def make_due(mine: Verified) -> None:
    """The warning is over."""
    query = "update trading.closures set due_at = $2, next_at = $2 where account_id = $1::text::uuid"
    await mine.hub.res.db.execute(query, mine.id, clock.now())


async def test_the_person_is_warned_and_ten_seconds_later_everything_is_closed(hub: RunningHub) -> None:
    mine = await verified(hub)
    async with signed_in(hub, mine.person) as socket:
        await socket.sub(f"closures:{mine.person.id}")
        await sent(mine.device, losing(mine, 1, ("1", "2")))
        warned = [await socket.receive() for _ in range(2)]
    assert {(event["type"], event["data"]["reason"]) for event in warned} == {("closure.warned", "drawdown")}
    begun = await closures(mine)
    assert [each["due_at"] - each["decided_at"] for each in begun] == [rules.WARNING] * 2
    assert begun[0]["equity"] == 790_000
    await service.advance(hub.res)
    assert (await mine.device.poll()).body["commands"] == []
    await make_due(mine)
    await service.advance(hub.res)
    assert [each["kind"] for each in (await mine.device.poll()).body["commands"]] == ["close"] * 2
    for seq, state in ((2, "sent"), (3, "closed")):  # without deals it takes two looks
        await sent(mine.device, mine.broker.worth(seq, "7900.00"))
        await service.advance(hub.res)
        assert {each["state"] for each in await closures(mine)} == {state}


async def test_the_owner_is_told_once(hub: RunningHub) -> None:
    mine = await verified(hub)
    for seq in (1, 2):
        await sent(mine.device, losing(mine, seq))
    told = await hub.rows("select kind, text from core.alerts where text like $1", f"%{mine.id}%")
    assert [row["kind"] for row in told] == ["account.liquidation"]
    assert "liquidation_drawdown" in told[0]["text"] and "fell_bp 2100" in told[0]["text"]


async def test_why_is_in_the_audit_log(hub: RunningHub) -> None:
    mine = await verified(hub)
    await sent(mine.device, losing(mine, 1))
    [row] = await hub.rows(
        "select action, meta from identity.audit_log where target = $1", f"position:{mine.id}/1"
    )
    assert row["action"] == "closure.decide" and '"fell_bp":2100' in row["meta"].replace(" ", "")


async def test_what_recovers_within_the_warning_is_closed_all_the_same(hub: RunningHub) -> None:
    mine = await verified(hub)
    await sent(mine.device, losing(mine, 1))
    await sent(mine.device, mine.broker.look(2, positions=[position("1")]))
    assert [each["state"] for each in await closures(mine)] == ["warned"]


async def test_what_is_opened_while_it_stands_is_closed_too(hub: RunningHub) -> None:
    """Also by an account that does not say its equity any more."""
    mine = await verified(hub)
    await sent(mine.device, losing(mine, 1))
    await sent(mine.device, losing(mine, 2, ("1", "2")))
    assert [each["ticket"] for each in await closures(mine)] == ["1", "2"]
    await sent(mine.device, losing(mine, 3, ("1", "2", "3"), equity=None))
    assert [each["ticket"] for each in await closures(mine)] == ["1", "2"]
    await sent(mine.device, losing(mine, 4, ("1", "2", "3")))
    assert [each["ticket"] for each in await closures(mine)] == ["1", "2", "3"]


@pytest.mark.parametrize("equity", ["0", None])
async def test_equity_that_is_not_known_neither_closes_nor_saves(hub: RunningHub, equity: str | None) -> None:
    mine = await verified(hub)
    await sent(mine.device, mine.broker.look(1, positions=[position("1")]))
    await sent(mine.device, mine.broker.look(2, equity=equity, positions=[position("1")]))
    assert await closures(mine) == []
    await sent(mine.device, losing(mine, 3))
    await sent(mine.device, mine.broker.look(4, equity=equity))
    assert [each["state"] for each in await closures(mine)] == ["warned"]


async def test_a_withdrawal_closes_nothing(hub: RunningHub) -> None:
    """15 % below the peak, and most of it taken out: still 15 %."""
    mine = await verified(hub)
    held = [position("1", profit="-1500.00")]
    await sent(
        mine.device,
        mine.broker.look(1, balance="10000", equity="8500", free_margin="8500", positions=held),
    )
    taken = {"balance": "4000", "equity": "2500", "free_margin": "2500", "positions": held}
    await sent(mine.device, mine.broker.look(2, **taken, deals=[deposit("1", "-6000.00")]))
    assert (await mine.live())["drawdown_percent"] == "15.00"
    assert await closures(mine) == []


async def test_a_small_account_is_not_closed_for_being_small(hub: RunningHub) -> None:
    """It never was above the floor; it takes no new trades, and keeps what it has."""
    small = {"balance": "50", "equity": "50", "free_margin": "50"}
    mine = await verified(hub, small)
    await sent(mine.device, mine.broker.look(1, **small, positions=[position("1")]))
    assert await closures(mine) == []
    [row] = await hub.rows(
        "select outcome, reason from trading.risk_states where account_id = $1", UUID(mine.id)
    )
    assert tuple(row) == ("block", "equity_floor")


@pytest.mark.parametrize(
    ("currency", "peak", "equity", "reason"),
    [
        ("JPY", "11000", "9901", "ok"),  # 99 times the floor of 100
        ("JPY", "105", "99", "liquidation_equity"),
        ("KWD", "110.000", "99.999", "liquidation_equity"),
        ("KWD", "110.000", "100.000", "equity_floor"),
        ("USD", "110.00", "99.99", "liquidation_equity"),
    ],
)
async def test_the_floor_is_the_same_amount_in_every_currency(
    hub: RunningHub, currency: str, peak: str, equity: str, reason: str
) -> None:
    """A look, a sweep and the question of an approval say the same."""
    mine = await verified(hub, {"currency": currency, "balance": peak, "equity": peak, "free_margin": peak})
    held = position("1", profit=str(Decimal(equity) - Decimal(peak)))
    worth = {"currency": currency, "balance": peak, "equity": equity, "free_margin": equity}
    await sent(mine.device, mine.broker.look(1, **worth, positions=[held]))
    [row] = await hub.rows("select reason from trading.risk_states where account_id = $1", UUID(mine.id))
    assert row["reason"] == reason
    assert (len(await closures(mine)) == 1) == (reason == "liquidation_equity")
    asked = await hub.call("GET", "/api/v1/risk/guards", headers=mine.person.bearer)
    assert [each["reason"] for each in asked.body["items"]] == [reason]
    other = "update trading.risk_states set outcome = 'block', reason = 'leverage' where account_id = $1"
    await hub.res.db.execute(other, UUID(mine.id))
    await sweep.sweep(hub.res)
    [row] = await hub.rows("select reason from trading.risk_states where account_id = $1", UUID(mine.id))
    assert row["reason"] == reason


async def test_limits_that_are_tightened_close_with_the_next_sweep(hub: RunningHub) -> None:
    mine = await verified(hub)
    slight = {"balance": "10000", "equity": "9000", "free_margin": "9000"}
    await sent(mine.device, mine.broker.look(1, **slight, positions=[position("1", profit="-1000.00")]))
    await sweep.sweep(hub.res)
    assert await closures(mine) == []
    tight = {"max_drawdown_bp": 400, "liquidation_drawdown_bp": 900}
    assert (await hub.call("PUT", "/api/v1/risk/me", tight, mine.person.bearer)).status == 200
    await sweep.sweep(hub.res)
    assert [each["reason"] for each in await closures(mine)] == ["drawdown"]


async def test_a_sweep_begins_what_nobody_has(hub: RunningHub) -> None:
    mine = await verified(hub)
    await sent(mine.device, losing(mine, 1))
    await hub.res.db.execute(
        "update trading.closures set state = 'closed' where account_id = $1", UUID(mine.id)
    )
    await stand(hub, UUID(mine.id), equity=790_000, peak=1_000_000, day=1_000_000, age=500.0)
    await sweep.sweep(hub.res)
    assert [each["state"] for each in await closures(mine)] == ["closed", "warned"]


async def test_looks_and_sweeps_at_once_begin_each_closure_once(hub: RunningHub) -> None:
    mine = await verified(hub)
    tickets = tuple(map(str, range(5)))
    await asyncio.gather(
        *(sent(mine.device, losing(mine, seq, tickets)) for seq in range(1, 9)),
        *(sweep.sweep(hub.res) for _ in range(8)),
    )
    assert [each["ticket"] for each in await closures(mine)] == list(tickets)


async def pending(mine: Verified) -> str:
    """The command of an order that waits at the broker for its price."""
    assert (await approved(mine.hub, mine.person)).status == 201
    [command] = (await mine.device.poll()).body["commands"]
    assert (await mine.device.ack(command["id"], "placed", broker_ticket="9")).status == 200
    return str(command["id"])


async def orders(mine: Verified) -> list[tuple[str, str | None]]:
    told = [plain(mine.device, each) for each in (await mine.device.poll()).body["commands"]]
    return [(order["kind"], order.get("opens")) for order in told]


async def test_what_is_bound_to_an_account_says_so(hub: RunningHub) -> None:
    mine = await verified(hub)
    assert (await approved(hub, mine.person)).status == 201
    [command] = (await mine.device.poll()).body["commands"]
    accounts = plain(mine.device, command)["accounts"]
    assert accounts == [{"server": mine.broker.server, "login": mine.broker.login}]


async def test_an_account_that_is_closed_opens_nothing_more(hub: RunningHub) -> None:
    """What waits for its price is taken back; what was not fetched yet waits until the account is well again."""
    mine = await verified(hub)
    waits = await pending(mine)
    assert (await approved(hub, mine.person)).status == 201
    await sent(mine.device, losing(mine, 1))
    told = await orders(mine)
    assert [kind for kind, _ in told] == ["cancel", "cancel"] and waits in [opens for _, opens in told]
    await sent(mine.device, losing(mine, 2))
    assert await orders(mine) == told, "it is said once"


async def test_another_terminal_of_the_person_goes_on(hub: RunningHub) -> None:
    mine, at = await verified(hub), broker()
    second = await hub.device(mine.person, "second")
    await linked(hub, mine.person, at)
    await sent(second, at.look(0))
    assert (await approved(hub, mine.person)).status == 201
    await sent(mine.device, losing(mine, 1))
    [kept] = (await second.poll()).body["commands"]
    assert plain(second, kept)["kind"] == "open"
    assert [kind for kind, _ in await orders(mine)] == ["cancel"]


async def test_the_owner_s_close_takes_back_what_waits(hub: RunningHub) -> None:
    mine, owner = await verified(hub), await hub.person("owner")
    waits = await pending(mine)
    body = {"account_id": mine.id, "because": "asked by telephone"}
    assert (await hub.call("POST", "/api/v1/closures", body, owner.bearer)).status in (200, 201)
    assert await orders(mine) == [("cancel", waits)]


async def test_an_account_that_is_to_be_closed_is_handed_nothing(hub: RunningHub) -> None:
    mine = await verified(hub)
    assert (await approved(hub, mine.person)).status == 201
    await hub.res.db.execute(
        """insert into trading.risk_states (account_id, outcome, reason, figures, since)
           values ($1::text::uuid, 'liquidate', 'liquidation_drawdown', '{}', now())
           on conflict (account_id) do update set outcome = excluded.outcome""",
        mine.id,
    )
    assert await orders(mine) == []
    await hub.res.db.execute(
        "update trading.risk_states set outcome = 'ok' where account_id = $1::text::uuid", mine.id
    )
    assert [kind for kind, _ in await orders(mine)] == ["open"]


async def test_a_terminal_without_its_broker_takes_nothing_as_gone(hub: RunningHub) -> None:
    mine = await verified(hub)
    await sent(mine.device, mine.broker.look(1, positions=[position("1")]))
    await sent(mine.device, mine.broker.look(2, connected=False))
    query = "select closed_at is null from trading.positions where account_id = $1::text::uuid"
    assert [row[0] for row in await hub.rows(query, mine.id)] == [True]
    await sent(mine.device, mine.broker.look(3))
    assert [row[0] for row in await hub.rows(query, mine.id)] == [False]


async def test_consent_is_taken_back_where_another_account_was_before(hub: RunningHub) -> None:
    """What a liquidation took back of one terminal still stands at the other."""
    mine, at = await copying(hub), broker()
    second = await hub.device(mine.person, "second")
    await linked(hub, mine.person, at)
    await sent(second, at.look(0, leverage=100))
    assert await mine.copied() == ("placed", None)
    await mine.look(1, equity="7900.00", positions=[position("1", profit="-2100.00")])
    assert [plain(second, each)["kind"] for each in (await second.poll()).body["commands"]] == ["open"]
    assert (await mine.call("disable")).status == 200
    assert [plain(second, each)["kind"] for each in (await second.poll()).body["commands"]] == ["cancel"]
    assert [each["kind"] for each in await mine.orders()] == ["cancel"], "it is said once"
