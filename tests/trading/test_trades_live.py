"""Trades follow the deals that looks bring: in the same transaction, with the signal they come from."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hub.trading.trades import service
from tests.hubs import RunningHub
from tests.stream.sockets import signed_in
from tests.trading.looks import Verified, deposit, sent, verified

ENTRY = datetime.now(UTC) - timedelta(hours=2)


def deal(number: int, direction: str, **changed: Any) -> dict[str, Any]:
    """One of ticket 7: gold, 1 lot, bought; `number` minutes after the entry."""
    return {
        "deal": str(number), "ticket": "7", "at": (ENTRY + timedelta(minutes=number)).isoformat(), "kind": "trade",
        "direction": direction, "side": "buy" if direction == "in" else "sell", "symbol": "XAUUSD",
        "volume": "1.00", "price": "1900.00", "reason": "expert",
    } | changed  # fmt: skip


async def shown(mine: Verified) -> list[dict[str, Any]]:
    answer = await mine.hub.call("GET", "/api/v1/trades", headers=mine.person.bearer)
    assert answer.status == 200, answer.raw
    return list(answer.body["items"])


async def test_a_trade_begins_and_ends_with_its_deals(hub: RunningHub) -> None:
    mine = await verified(hub)
    async with signed_in(hub, mine.person) as stream:
        await stream.sub(f"trades:{mine.person.id}")
        await sent(mine.device, mine.broker.look(1, deals=[deal(1, "in", commission="-5.00")]))
        left = deal(60, "out", price="1910.00", profit="1000.00", commission="-5.00", reason="tp")
        gain = {"balance": "10990", "equity": "10990", "free_margin": "10990"}
        await sent(mine.device, mine.broker.look(2, **gain, deals=[left]))
        told = [event["type"] for event in await stream.take(2)]
    assert told == ["trade.opened", "trade.closed"]
    [trade] = await shown(mine)
    assert (trade["status"], trade["net"]) == ("closed", {"amount_minor": 99_000, "currency": "USD"})
    # Of the 10,000.00 that there were before it.
    assert trade["percent_equity_return"] == "9.9000"


async def test_a_trade_knows_the_signal_it_comes_from(hub: RunningHub) -> None:
    mine = await verified(hub)
    signal = await (await hub.producer()).opened()
    assert (await hub.approve(mine.person, signal)).status == 201
    [command] = (await mine.device.poll()).body["commands"]
    await sent(mine.device, mine.broker.look(1, deals=[deal(1, "in", comment=command["id"])]))
    [trade] = await shown(mine)
    assert (trade["signal_id"], trade["strategy"]) == (signal, "fib_rsi")
    assert trade["stop_loss"] and trade["risk_reward_ratio"]


async def test_another_s_command_in_a_comment_says_nothing(hub: RunningHub) -> None:
    mine, other = await verified(hub), await verified(hub)
    assert (await hub.approve(other.person, await (await hub.producer()).opened())).status == 201
    [command] = (await other.device.poll()).body["commands"]
    await sent(mine.device, mine.broker.look(1, deals=[deal(1, "in", comment=command["id"])]))
    [trade] = await shown(mine)
    assert trade["signal_id"] is None


async def test_the_whole_history_at_once_comes_to_the_same(hub: RunningHub) -> None:
    """Deals of 12 tickets in random looks; then everything is built anew, and nothing is new."""
    mine, drawn = await verified(hub), random.Random(7)
    deals, balance = [], 10_000
    for ticket in range(12):
        began = drawn.randrange(0, 60)
        deals.append(deal(began, "in", deal=f"{ticket}1", ticket=str(ticket)))
        won = drawn.randrange(-300, 300)
        out = deal(
            began + drawn.randrange(1, 50), "out", deal=f"{ticket}2", ticket=str(ticket), profit=f"{won}.00"
        )
        deals.append(out)
        balance += won
    deals.append({**deposit("99", "250.00"), "at": (ENTRY + timedelta(minutes=30)).isoformat()})
    balance += 250
    drawn.shuffle(deals)
    for seq, start in enumerate(range(0, len(deals), 5), start=1):
        await sent(mine.device, mine.broker.worth(seq, f"{balance}.00", deals=deals[start : start + 5]))
    items = await shown(mine)
    assert [item["status"] for item in items] == ["closed"] * 12
    booked = await hub.rows(
        "select sum(profit + swap + commission) from trading.deals where account_id = $1", UUID(mine.id)
    )
    assert booked[0][0] == sum(item["net"]["amount_minor"] for item in items) + 25_000
    synced = await service.sync_account(hub.res, UUID(mine.id))
    assert (synced.added, synced.refused, synced.orphans) == (0, [], [])


async def test_equity_is_kept_every_five_minutes(hub: RunningHub) -> None:
    mine = await verified(hub)
    for seq in range(1, 4):
        await sent(mine.device, mine.broker.worth(seq, f"{10_000 + seq}.00"))
    points = await hub.rows(
        "select at, equity from trading.equity_points where account_id = $1", UUID(mine.id)
    )
    assert len(points) in (1, 2)
    assert all(point["at"].timestamp() % 300 == 0 for point in points)
