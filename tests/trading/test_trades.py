"""Trades: stored, moved, listed, told, and built from the deals of an account."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from msgspec.structs import asdict

from hub.core import clock
from hub.core.ids import uuid7
from hub.core.problems import NotFound
from hub.trading.trades import service, store
from hub.trading.trades.models import Deal, EquityPoint, Fill, Plan, Trade, ValidationLog
from hub.trading.trades.rules import OutOfOrder
from tests.hubs import Person, RunningHub
from tests.metrics import here, moved
from tests.stream.sockets import signed_in
from tests.trading.deals import START, Broker, deal

AT = START + timedelta(days=1)


async def planned(hub: RunningHub, person: Person, **changed: Any) -> Trade:
    given: dict[str, Any] = {
        "user_id": person.id, "currency": "USD", "symbol": "XAUUSD", "direction": "buy", "volume": Decimal(2),
        "stop_loss": Decimal(1990), "take_profit": Decimal("2032.5"), "strategy": "fib_rsi", "timeframe": "H1",
        "setup_id": "s-1", "trade_type": "limit",
    }  # fmt: skip
    async with hub.res.db.transaction() as tx:
        return await service.create_trade(hub.res, tx, Plan(**(given | changed)))


async def opened(hub: RunningHub, id: UUID) -> Trade:
    async with hub.res.db.transaction() as tx:
        return await service.open_trade(
            hub.res, tx, id, at=AT, price=Decimal(2000), volume=Decimal(2), ticket="9"
        )


async def closed(hub: RunningHub, id: UUID, volume: int, **changed: Any) -> Trade:
    given: dict[str, Any] = {
        "at": AT + timedelta(hours=3), "price": Decimal(2010), "volume": Decimal(volume), "profit": 1000,
    }  # fmt: skip
    async with hub.res.db.transaction() as tx:
        return await service.close_trade(hub.res, tx, id, Fill(**(given | changed)))


async def account(hub: RunningHub, person: Person, currency: str | None = "USD") -> UUID:
    id = uuid7()
    await hub.res.db.execute(
        """insert into trading.accounts (id, user_id, broker, server, login, name, currency, state, created_at)
           values ($1, $2, 'b', 's', $3, 'n', $4, 'verified', now())""",
        id, person.id, uuid4().hex, currency,
    )  # fmt: skip
    return id


async def book(hub: RunningHub, account_id: UUID, deals: list[Deal]) -> None:
    for each in deals:
        facts = asdict(each)
        holes = ", ".join(f"${number}" for number in range(1, len(facts) + 2))
        await hub.res.db.execute(
            f"""insert into trading.deals (account_id, {", ".join(facts)}, received_at)
                values ({holes}, now()) on conflict do nothing""",
            account_id, *facts.values(),
        )  # fmt: skip


async def shown(hub: RunningHub, person: Person, path: str) -> Any:
    answer = await hub.call("GET", f"/api/v1/trades{path}", headers=person.bearer)
    assert answer.status == 200, answer.raw
    return answer.body


async def test_a_trade_from_plan_to_end_is_shown_and_told(hub: RunningHub) -> None:
    person = await hub.person()
    async with signed_in(hub, person) as stream:
        await stream.sub(f"trades:{person.id}")
        trade = await planned(hub, person)
        await opened(hub, trade.id)
        await closed(hub, trade.id, 1, commission=-50)
        half = await shown(hub, person, f"/{trade.id}")
        assert (half["status"], half["closed_volume"], half["exit_time"]) == ("partly_closed", "1", None)
        await closed(hub, trade.id, 1, profit=-300, swap=-100, reason="stop_loss", equity_before=100_000)
        told = await stream.take(2)
    done = await shown(hub, person, f"/{trade.id}")
    assert [event["type"] for event in told] == ["trade.opened", "trade.closed"]
    assert told[1]["data"]["trade_id"] == str(trade.id)
    assert done["net"] == {"amount_minor": 550, "currency": "USD"}
    assert (done["status"], done["exit_reason"], done["risk_reward_ratio"]) == (
        "closed",
        "stop_loss",
        "3.2500",
    )
    assert (done["duration_hours"], done["pips"], done["percent_equity_return"]) == (
        "3.0000",
        "100.00",
        "0.5500",
    )
    assert (done["strategy"], done["setup_id"], done["timeframe"]) == ("fib_rsi", "s-1", "H1")


async def test_no_step_is_skipped_or_taken_twice(hub: RunningHub) -> None:
    person = await hub.person()
    trade = await planned(hub, person)
    with pytest.raises(OutOfOrder):
        await closed(hub, trade.id, 1)
    await opened(hub, trade.id)
    with pytest.raises(OutOfOrder):
        await opened(hub, trade.id)
    async with hub.res.db.transaction() as tx:
        with pytest.raises(OutOfOrder):
            await service.end_plan(hub.res, tx, trade.id, "cancelled")
    await closed(hub, trade.id, 2)
    with pytest.raises(OutOfOrder):
        await closed(hub, trade.id, 1)
    with pytest.raises(NotFound):
        await closed(hub, uuid4(), 1)


async def test_the_statement_itself_refuses_a_trade_that_has_moved_on(hub: RunningHub) -> None:
    trade = await planned(hub, await hub.person())
    open_now = await opened(hub, trade.id)
    assert not await store.move(hub.res.db, open_now, ["planned"])
    assert await store.move(hub.res.db, open_now, ["open"])


async def test_two_who_close_at_once_close_it_once(hub: RunningHub) -> None:
    trade = await planned(hub, await hub.person())
    await opened(hub, trade.id)
    done = await asyncio.gather(*(closed(hub, trade.id, 2) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(each, Trade) for each in done) == 1
    assert sum(isinstance(each, OutOfOrder) for each in done) == 3


@pytest.mark.parametrize(
    "change",
    [
        "status = 'closed'",
        "status = 'open'",
        "exit_time = now()",
        "status = 'gone'",
        "closed_volume = 3",
        "volume = 0",
        "currency = 'usd'",
    ],
)
async def test_the_table_refuses_what_is_no_trade(hub: RunningHub, change: str) -> None:
    trade = await planned(hub, await hub.person())
    with pytest.raises(asyncpg.CheckViolationError):
        await hub.res.db.execute(f"update trading.trades set {change} where id = $1", trade.id)


async def test_own_trades_are_listed_page_by_page_by_status_and_time(hub: RunningHub) -> None:
    person, other = await hub.person(), await hub.person()
    made = [await planned(hub, person) for _ in range(4)]
    await opened(hub, made[1].id)
    first = await shown(hub, person, "?limit=3")
    second = await shown(hub, person, f"?limit=3&cursor={first['next_cursor']}")
    ids = [item["trade_id"] for item in first["items"] + second["items"]]
    assert ids == [str(trade.id) for trade in reversed(made)]
    assert second["next_cursor"] is None
    assert [item["trade_id"] for item in (await shown(hub, person, "?status=open"))["items"]] == [
        str(made[1].id)
    ]
    entered = await shown(hub, person, "?since=2026-01-06T08:00:00Z&until=2026-01-06T08:00:01Z")
    assert [item["trade_id"] for item in entered["items"]] == [str(made[1].id)]
    assert (await shown(hub, person, "?until=2026-01-06T08:00:00Z"))["items"] == []
    assert (await shown(hub, other, ""))["items"] == []
    for bad in ("status=lost", "since=soon", "limit=0"):
        answer = await hub.call("GET", f"/api/v1/trades?{bad}", headers=person.bearer)
        assert answer.status == 422


async def test_an_account_s_trades_come_from_its_deals_once(hub: RunningHub) -> None:
    person = await hub.person()
    mine = await account(hub, person)
    broker = Broker()
    broker.deposit(100_000)
    ticket = broker.enter(3, -7)
    before = here()
    await book(hub, mine, broker.deals)
    assert (await service.sync_account(hub.res, mine)).added == 1
    broker.price = 2100
    broker.leave(ticket, 1, -5, -7)
    await book(hub, mine, broker.deals)
    step = await service.sync_account(hub.res, mine)
    assert (step.added, step.changed, step.refused, step.orphans) == (0, 1, [], [])
    broker.turn(ticket, 5, 0, -10)
    broker.enter(-1, 0)
    await book(hub, mine, broker.deals)
    told = await asyncio.gather(*(service.sync_account(hub.res, mine) for _ in range(3)))
    assert sorted((each.added, each.changed) for each in told) == [(0, 0), (0, 0), (2, 1)]
    items = (await shown(hub, person, ""))["items"]
    assert {(item["ticket"], item["status"]) for item in items} == {
        ("1", "closed"),
        ("1", "open"),
        ("2", "open"),
    }
    realised = sum(item["net"]["amount_minor"] for item in items)
    assert 100_000 + realised + broker.floating == broker.equity
    assert moved(before, "trades_inserted_total") == {"trades_inserted_total{source=live}": 3}


async def test_a_plan_that_was_opened_with_its_ticket_goes_on_with_the_deals(hub: RunningHub) -> None:
    person = await hub.person()
    mine = await account(hub, person)
    trade = await planned(hub, person, account_id=mine)
    await opened(hub, trade.id)
    own = [
        deal(1, ticket="9", volume=Decimal(2), commission=-4),
        deal(2, ticket="9", direction="out", side="sell", volume=Decimal(2), price=Decimal(2010), profit=2000, reason="tp"),
    ]  # fmt: skip
    await book(hub, mine, own)
    assert (await service.sync_account(hub.res, mine)).changed == 1
    [item] = (await shown(hub, person, ""))["items"]
    assert (item["trade_id"], item["status"], item["exit_reason"]) == (str(trade.id), "closed", "take_profit")
    assert (item["strategy"], item["net"]["amount_minor"]) == ("fib_rsi", 1996)


async def test_a_deal_that_comes_after_the_end_is_refused_and_named(hub: RunningHub) -> None:
    mine = await account(hub, await hub.person())
    await book(hub, mine, [deal(1), deal(3, direction="out", side="sell", profit=5)])
    await service.sync_account(hub.res, mine)
    await book(hub, mine, [deal(2, volume=Decimal(1)), deal(9, ticket="77", direction="out", side="sell")])
    step = await service.sync_account(hub.res, mine)
    assert (step.refused, step.orphans) == (["1"], ["9"])


@pytest.mark.parametrize("known", [True, False])
async def test_an_account_of_which_nothing_is_known_is_not_synced(hub: RunningHub, known: bool) -> None:
    id = await account(hub, await hub.person(), None) if known else uuid4()
    with pytest.raises(NotFound):
        await service.sync_account(hub.res, id)


async def test_points_and_logs_are_stored_once(hub: RunningHub) -> None:
    person = await hub.person()
    point = EquityPoint(id=uuid7(), user_id=person.id, currency="USD", at=clock.now(), equity=5)
    entry = ValidationLog(id=uuid7(), user_id=person.id, at=clock.now(), passed=False, details={"rsi": 71.5})
    before = here()
    for new in (1, 0):
        async with hub.res.db.transaction() as tx:
            assert await service.add_equity_points(tx, [point]) == new
            assert await service.log_validation(tx, [entry]) == new
    assert moved(before, "equity_points_total") == {"equity_points_total{source=live}": 1}
    [row] = await hub.rows("select passed, details from trading.validation_logs where id = $1", entry.id)
    assert tuple(row) == (False, {"rsi": 71.5})
