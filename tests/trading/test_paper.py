"""Paper trading over HTTP: apart from what is live, moved by candles, exact to the cent."""

import asyncio
import re
from typing import Any

import pytest

from hub.core.sql import load
from hub.trading.paper import service
from tests import metrics
from tests.hubs import RunningHub
from tests.trading.papers import Market, advance, approved, on, paper, states


async def test_an_approval_goes_to_paper_and_to_no_terminal(hub: RunningHub, market: Market) -> None:
    mine = await paper(hub)
    signal_id = await mine.approve()
    assert (await mine.device.poll()).body["commands"] == []
    assert await hub.rows("select id from trading.commands where user_id = $1", mine.person.id) == []
    [trade] = (await mine.statement())["working"]
    assert (trade["signal_id"], trade["state"]) == (signal_id, "pending")


async def test_the_audit_says_that_it_was_paper(hub: RunningHub, market: Market) -> None:
    mine = await paper(hub)
    await mine.approve()
    await mine.off()
    await mine.approve()
    rows = await hub.rows(
        """select action, meta::jsonb from identity.audit_log where actor_id = $1
           and action in ('paper.enable', 'approval.create', 'paper.disable') order by seq""",
        mine.person.id,
    )
    assert [(action, meta.get("on")) for action, meta in rows] == [
        ("paper.enable", None),
        ("approval.create", "paper"),
        ("paper.disable", None),
        ("approval.create", None),
    ]


async def test_off_again_an_approval_is_live(hub: RunningHub, market: Market) -> None:
    mine = await paper(hub)
    assert await mine.off() == 204
    await mine.approve()
    assert len((await mine.device.poll()).body["commands"]) == 1
    assert await states(mine) == []
    assert await mine.off() == 409


async def test_one_persons_paper_is_not_anothers(hub: RunningHub, market: Market) -> None:
    mine, other = await paper(hub), await hub.person()
    terminal = await hub.device(other)
    await approved(hub, other)
    assert len((await terminal.poll()).body["commands"]) == 1
    assert await states(mine) == []
    answer = await hub.call("GET", "/api/v1/paper/statement", headers=other.bearer)
    assert answer.status == 404


async def test_a_rejection_changes_nothing(hub: RunningHub, market: Market) -> None:
    mine = await paper(hub)
    signal_id = await (await hub.producer()).opened(instrument="US500")
    assert (await hub.approve(mine.person, signal_id, "rejected")).status == 201
    assert await states(mine) == []


async def test_candles_fill_it_and_end_it_and_the_books_balance(hub: RunningHub, market: Market) -> None:
    """1 % of 10,000.00 at 10 points of 0.01 x 1,000: 100 USD / (1,000 x 0.01) = 10 lots of 1 USD a whole point."""
    mine = await paper(hub)
    await mine.approve()
    await market.quiet()
    await advance(hub)
    said = await mine.statement()
    # Bought at the ask, 5000.20, and 5000.00 is what one would get: 10 x -0.20.
    assert (said["portfolio"]["balance"], said["floating"], said["equity"]) == (1_000_000, -200, 999_800)
    [trade] = said["working"]
    assert (trade["state"], trade["fill_price"], trade["volume"]) == ("open", "5000.2", "10.0")
    await market.rise()
    await advance(hub)
    said = await mine.statement()
    # 5010.00 - 5000.20 = 9.80, ten times.
    assert (said["portfolio"]["balance"], said["floating"], said["equity"]) == (1_009_800, 0, 1_009_800)
    [trade] = said["ended"]
    assert (trade["state"], trade["close_reason"], trade["profit"]) == ("closed", "take_profit", 9_800)
    assert said["figures"]["sample_size"] == 1 and said["figures"]["win_percent"] is None
    assert "nothing of the future" in said["note"]


async def test_a_bar_already_seen_changes_nothing(hub: RunningHub, market: Market) -> None:
    mine = await paper(hub)
    await mine.approve()
    await market.quiet()
    await market.rise()
    await advance(hub)
    before, counted = await mine.statement(), metrics.here()
    await advance(hub)
    await asyncio.gather(*[service.advance(hub.res) for _ in range(3)])
    assert await mine.statement() == before
    assert metrics.moved(counted, "paper_fills_total", "paper_pnl_total") == {}


async def test_at_mid_with_slippage(hub: RunningHub, market: Market) -> None:
    mine = await paper(hub, fill_at="mid", slippage_points=5)
    await mine.approve()
    await market.quiet()
    await advance(hub)
    [trade] = (await mine.statement())["working"]
    assert trade["fill_price"] == "5000.15"


async def test_off_ends_everything_at_the_last_price(hub: RunningHub, market: Market) -> None:
    mine = await paper(hub)
    await mine.approve()
    await market.quiet()
    await mine.approve(order_type="limit", entry="4900", stop="4890")
    # Nobody has moved the book yet: turning it off does.
    assert await mine.off() == 204
    said = await mine.statement()
    assert sorted((t["state"], t["close_reason"], t["profit"]) for t in said["ended"]) == [
        ("cancelled", "cancelled", None),
        ("closed", "manual", -200),
    ]
    assert (said["equity"], said["portfolio"]["enabled"]) == (999_800, False)
    assert said["portfolio"]["balance"] == said["portfolio"]["deposit"] - 200


async def test_on_again_is_a_new_portfolio(hub: RunningHub, market: Market) -> None:
    mine = await paper(hub)
    assert (await on(mine)).status == 409
    await mine.approve()
    await mine.off()
    assert (await on(mine, deposit=50_000)).status == 201
    said = await mine.statement()
    assert (said["portfolio"]["deposit"], said["equity"], said["ended"]) == (50_000, 50_000, [])


async def test_a_cancelled_signal_takes_its_order_back(hub: RunningHub, market: Market) -> None:
    mine, producer = await paper(hub), await hub.producer()
    signal_id = await producer.opened(instrument="US500", entry="4995", stop="4890", target="5100")
    assert (await hub.approve(mine.person, signal_id)).status == 201
    assert (await producer.cancel(signal_id)).status == 200
    await advance(hub)
    await market.bar("5000", "5001", "4990", "5000")
    await advance(hub)
    [trade] = (await mine.statement())["ended"]
    assert (trade["state"], trade["fill_price"]) == ("cancelled", None)


@pytest.mark.parametrize(
    ("bounds", "state"), [({"max_spread_points": 19}, "refused"), ({"max_spread_points": 20}, "pending")]
)
async def test_a_spread_beyond_the_bound_is_refused(
    hub: RunningHub, market: Market, bounds: dict[str, int], state: str
) -> None:
    mine = await paper(hub)
    await mine.approve(bounds=bounds)
    assert await states(mine) == [state]
    assert (await mine.device.poll()).body["commands"] == []


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"deposit": 9_999}, "/deposit"),
        ({"deposit": 100.5}, "/deposit"),
        ({"currency": "GBP"}, "/currency"),
        ({"fill_at": "best"}, "/fill_at"),
        ({"slippage_points": -1}, "/slippage_points"),
        ({"more": 1}, "/more"),
    ],
)
async def test_bad_terms_are_refused(hub: RunningHub, given: dict[str, Any], pointer: str) -> None:
    person = await hub.person()
    answer = await hub.call("POST", "/api/v1/paper/enable", given, person.bearer)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)


TABLE = re.compile(r"(?:from|join|into|update)\s+(\w+\.\w+)")


def test_paper_queries_name_paper_tables_alone_and_no_other_query_names_them() -> None:
    """Candles are the market's, not an account's. The replay compares all books when it is over."""
    from tests.house.test_sql import ROOMS

    named = {room: {t for q in load(room).values() for t in TABLE.findall(q.text)} for room in ROOMS}
    named.pop("replay")
    papers = {"trading.paper_portfolios", "trading.paper_books", "trading.paper_trades"}
    assert named.pop("paper") == papers | {"market.candles"}
    assert [room for room, tables in named.items() if any("paper" in table for table in tables)] == []
    assert not [r for r in named for q in load(r).values() if "paper_" in q.text]


async def test_no_live_table_points_at_a_paper_table_or_the_other_way(hub: RunningHub) -> None:
    rows = await hub.rows(
        """select conrelid::regclass::text, confrelid::regclass::text from pg_constraint
           where contype = 'f' and (conrelid::regclass::text ~ 'paper' or confrelid::regclass::text ~ 'paper')"""
    )
    assert {(of, to) for of, to in rows if "paper" not in of or "paper" not in to} == {
        ("trading.paper_portfolios", "identity.users")
    }
