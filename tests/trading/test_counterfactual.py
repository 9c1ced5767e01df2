"""What signals that were not taken would have made: by hand, and over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.embedded import Endpoints
from hub.trading.counterfactual import rules
from hub.trading.counterfactual.models import Missed, Outcome, Sum
from hub.trading.paper.models import Terms
from strategies.candles import Bar
from tests.hubs import Person, RunningHub
from tests.trading.papers import ORDER, SYMBOL, Market
from tests.trading.test_paper_rules import D

START = datetime(2026, 11, 2, tzinfo=UTC)
COSTS = Terms("touch", 20, 5)


def missed(**changed: Any) -> Missed:
    known: dict[str, Any] = {
        "id": uuid4(),
        "why": "rejected",
        "instrument": "XAUUSD",
        "side": "buy",
        "order_type": "market",
        "entry": D(2000),
        "stop": D(1990),
        "target": D(2010),
        "at": START,
        "ends": START + timedelta(hours=5),
    }
    return Missed(**(known | changed))


def bars(*prices: tuple[float, float, float, float], start: int = 0) -> list[Bar]:
    first = int(START.timestamp())
    return [Bar(first + 3600 * (start + n), *each) for n, each in enumerate(prices)]


QUIET, RISE, FALL = (
    (2000.0, 2001.0, 1999.0, 2000.0),
    (2000.0, 2012.0, 1999.0, 2011.0),
    (2000.0, 2001.0, 1988.0, 1989.0),
)
SELL: dict[str, Any] = {"side": "sell", "stop": D(2010), "target": D(1990)}
LIMIT: dict[str, Any] = {"order_type": "limit", "entry": D("1999.1")}
# 0.01 lots of gold make 1.00 USD a dollar.
BY_HAND: list[tuple[str, Missed, list[Bar], Outcome, Outcome]] = [
    ("a target", missed(), bars(QUIET, RISE), Outcome("closed", 1.0, 1_000), Outcome("closed", 0.975, 975)),
    ("a stop", missed(), bars(QUIET, FALL), Outcome("closed", -1.0, -1_000), Outcome("closed", -1.03, -1_030)),
    ("a sell", missed(**SELL), bars(QUIET, FALL), Outcome("closed", 1.0, 1_000), Outcome("closed", 0.995, 995)),
    ("open still", missed(), bars(QUIET), Outcome("open"), Outcome("open")),
    ("filled without a spread alone", missed(**LIMIT), bars(QUIET), Outcome("open"), Outcome("not_filled")),
    ("over before it was touched", missed(**LIMIT), bars(*[(2005.0, 2006.0, 2004.0, 2005.0)] * 5, FALL), Outcome("not_filled"), Outcome("not_filled")),
    ("bars of before play no part", missed(), bars(RISE, start=-1), Outcome("no_candles"), Outcome("no_candles")),
    ("nothing at all", missed(), [], Outcome("no_candles"), Outcome("no_candles")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("of", "over", "gross", "net"), [e[1:] for e in BY_HAND], ids=[e[0] for e in BY_HAND]
)
def test_one_signal_by_hand(of: Missed, over: list[Bar], gross: Outcome, net: Outcome) -> None:
    for terms, expected in ((rules.FREE, gross), (COSTS, net)):
        got = rules.replay(of, over, terms)
        assert (got.state, got.profit) == (expected.state, expected.profit)
        assert got.r == pytest.approx(expected.r, abs=1e-9)


def test_a_group_is_added_up_and_says_when_it_is_too_small() -> None:
    three = [missed(), missed(**SELL), missed(**LIMIT, ends=START)]
    group = rules.group(three, {"XAUUSD": bars(QUIET, RISE)}, COSTS)
    assert group.gross == Sum(2, 1, 0.0, 0)
    # 975 of the buy; the sell: 2000 - 0.05 to 2010 + 0.05 = -10.10.
    assert group.net == Sum(2, 1, -0.035, -35)
    assert (group.signals, group.still_open, group.not_filled, group.no_candles) == (3, 0, 1, 0)
    assert "too small to say anything" in group.says


@pytest.mark.parametrize(
    ("size", "words"), [(0, "nothing to say"), (1, "too small"), (29, "too small"), (30, "may go otherwise")]
)
def test_what_a_sample_can_say(size: int, words: str) -> None:
    assert words in rules.says(size)


price = st.integers(198_000, 202_000)


@given(
    price, st.lists(st.lists(price, min_size=3, max_size=3), max_size=20), st.sampled_from(["buy", "sell"])
)
def test_costs_never_help_a_trade_at_market(first: int, prices: list[list[int]], side: str) -> None:
    """Both closed: what was paid in spread and slippage is missing, or a stop came where a target would have.

    Bars go on where the one before ended: the spread may stop a trade just before the market jumps further against it.
    """
    made, opened = [], first
    for each in prices:
        made.append((opened / 100, max(opened, *each) / 100, min(opened, *each) / 100, each[-1] / 100))
        opened = each[-1]
    of = missed(side="buy") if side == "buy" else missed(**SELL)
    gross, net = rules.replay(of, bars(*made), rules.FREE), rules.replay(of, bars(*made), COSTS)
    if gross.state == net.state == "closed":
        assert net.profit < gross.profit


async def ask(hub: RunningHub, person: Person, query: str = "") -> Any:
    answer = await hub.call("GET", f"/api/v1/signals/counterfactual{query}", headers=person.bearer)
    assert answer.status == 200, answer.raw
    return answer.body


async def test_rejected_and_expired_signals_of_ones_own(hub: RunningHub, servers: Endpoints) -> None:
    market, before = Market(hub), await (await hub.producer()).opened(instrument=SYMBOL, **ORDER)
    await market.empty(servers.owner_dsn)
    person, other, producer = await hub.person(), await hub.person(), await hub.producer()
    rejected, approved, expired = [await producer.opened(instrument=SYMBOL, **ORDER) for _ in range(3)]
    await hub.approve(person, rejected, "rejected")
    await hub.approve(person, approved)
    await market.quiet()
    await market.rise()
    expiry = "update trading.signals set status = 'expired' where id = any($1::uuid[])"
    await hub.res.db.execute(expiry, [before, expired])
    said, others = await ask(hub, person), await ask(hub, other)
    # 0.01 lots of 0.01 USD a point: 5000.25 to 5010.00 are 975 points, 9.75 cents.
    assert said["rejected"]["gross"] == {"sample_size": 1, "wins": 1, "r": 1.0, "profit": 10}
    assert said["rejected"]["net"] == {"sample_size": 1, "wins": 1, "r": 0.975, "profit": 10}
    assert "too small" in said["rejected"]["says"] and "nothing of the future" in said["note"]
    assert (said["expired"]["signals"], others["expired"]["signals"], others["rejected"]["signals"]) == (
        1,
        1,
        0,
    )
    assert (said["spread_points"], said["slippage_points"], said["complete"]) == (20, 5, True)


async def test_a_period_without_signals_says_nothing(hub: RunningHub) -> None:
    person = await hub.person()
    said = await ask(hub, person, "?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z")
    assert said["from"] == "2020-01-01T00:00:00Z" and said["to"] == "2020-02-01T00:00:00Z"
    assert {said[name]["says"] for name in ("rejected", "expired")} == {
        "No trade would have closed: there is nothing to say."
    }


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=yesterday", "/from"),
        ("from=2026-01-01T00:00:00", "/from"),
        ("to=2026-01-01T00:00:00", "/to"),
        ("from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z", "/from"),
        ("from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", "/from"),
        ("to=0001-01-01T00:00:00Z", "/to"),
        ("more=1", "/more"),
    ],
)
async def test_a_bad_period_is_refused_with_a_pointer(hub: RunningHub, query: str, pointer: str) -> None:
    person = await hub.person()
    answer = await hub.call("GET", f"/api/v1/signals/counterfactual?{query}", headers=person.bearer)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
