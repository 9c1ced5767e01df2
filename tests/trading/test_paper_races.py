"""Paper trading when several act at once: workers, a person in two places, a producer."""

import asyncio
from typing import Any
from uuid import UUID

from hub.trading.paper import store
from tests import metrics
from tests.hubs import RunningHub
from tests.trading.papers import Market, Paper, advance, on, paper, states


async def test_two_who_turn_it_on_at_once_begin_one_portfolio(hub: RunningHub) -> None:
    person = await hub.person()
    mine = Paper(hub, person, await hub.device(person))
    answers = await asyncio.gather(*[on(mine) for _ in range(4)])
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]


async def test_an_approval_while_it_is_turned_off_is_paper_or_live_and_never_both_or_neither(
    hub: RunningHub, market: Market
) -> None:
    for _ in range(8):
        mine = await paper(hub)
        signal_id, status = await asyncio.gather(mine.approve(), mine.off())
        assert status == 204
        live = await hub.rows("select id from trading.commands where signal_id = $1", UUID(signal_id))
        on_paper = [t for t in (await mine.statement())["ended"] if t["signal_id"] == signal_id]
        assert len(live) + len(on_paper) == 1


async def test_bar_by_bar_or_all_at_once_a_portfolio_comes_to_the_same(
    hub: RunningHub, market: Market
) -> None:
    """One is held by somebody else meanwhile, and is passed over; what it missed it sees later."""
    by_bar, late = await paper(hub), await paper(hub)
    orders: list[dict[str, Any]] = [
        {},
        {"side": "sell", "stop": "5010", "target": "4990"},
        {"order_type": "limit", "entry": "4997", "stop": "4985", "target": "5030"},
        {"order_type": "stop", "entry": "5008", "stop": "5000", "target": "5100"},
    ]
    for order in orders:
        await by_bar.approve(**order)
        await late.approve(**order)
    async with hub.res.db.transaction() as tx:
        assert await store.hold(tx, late.person.id)
        for bar in range(12):
            base = 5000 + (7 * bar * bar) % 23 - 11
            await market.bar(*(str(base + by) for by in (0, 6, -5, 3)))
            await advance(hub)
    # Nothing moved while it was held.
    assert {each["state"] for each in (await late.statement())["working"]} == {"pending"}
    await advance(hub)
    told = [await each.statement() for each in (by_bar, late)]
    assert outcomes(told[0]) == outcomes(told[1])
    assert told[0]["ended"] and told[0]["equity"] == told[1]["equity"]


def outcomes(said: Any) -> list[Any]:
    """What became of each trade, oldest first, without the names that differ."""
    names = (
        "side",
        "order_type",
        "state",
        "volume",
        "fill_price",
        "filled_at",
        "close_price",
        "closed_at",
        "profit",
    )
    rows = sorted([*said["working"], *said["ended"]], key=lambda each: each["id"])
    return [[row[name] for name in names] for row in rows]


async def test_workers_at_once_fill_it_once(hub: RunningHub, market: Market) -> None:
    many = [await paper(hub) for _ in range(4)]
    for mine in many:
        await mine.approve()
    await market.quiet()
    await market.rise()
    before = metrics.here()
    await asyncio.gather(*[advance(hub) for _ in range(4)])
    assert [(await mine.statement())["portfolio"]["balance"] for mine in many] == [1_009_800] * 4
    assert metrics.moved(before, "paper_fills_total", "paper_pnl_total") == {
        "paper_fills_total{symbol=US500}": 4,
        "paper_pnl_total{result=gain}": 4 * 9_800,
    }


async def test_a_signal_is_cancelled_while_its_orders_are_filled(hub: RunningHub, market: Market) -> None:
    """Nobody waits for ever, and each order was filled or was taken back."""
    many, producer = [await paper(hub) for _ in range(12)], await hub.producer()
    for _ in range(4):
        signal_id = await producer.opened(instrument="US500", entry="4995", stop="4890", target="5100")
        for mine in many:
            assert (await hub.approve(mine.person, signal_id)).status == 201
        await market.bar("5000", "5001", "4994", "5000")
        cancelled, *_ = await asyncio.gather(producer.cancel(signal_id), advance(hub), advance(hub))
        assert cancelled.status == 200
        await advance(hub)
    for mine in many:
        assert set(await states(mine)) <= {"open", "cancelled"}
