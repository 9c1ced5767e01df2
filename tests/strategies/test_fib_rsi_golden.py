"""The owner's golden table on ten years of gold.

Conventions of the golden run, found by reproducing every number of it:

* closed bars only; the first decision is taken at row 1680, RSI over the full history;
* a setup is never released: `release_setup_on_close` is off in both variants (with the default, on,
  the same rules give the second table below, checked against the rules written out word by word);
* entry, stop and target are used as computed: not rounded, no limit moved to the passive side of the
  quote, no least distance; no spread, no slippage;
* an order works from the bar after the decision on and is gone at the first bar that opens 100 h or
  more after the decision bar's close; a new setup withdraws only what is still pending;
* a touched limit is filled at the limit, whatever the open; the bar that fills may also stop or take
  profit; both are filled at their level; the stop is checked first; positions overlap;
* one position of each variant is still open at the end of the data.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import pytest

from strategies.candles import Candles
from strategies.fib_rsi import Decision, FibRsi, FibRsiParams, Place, Setup, run
from strategies.fills import Book, Closed, Event
from strategies.orders import Order
from strategies.symbols import symbol

GOLD = symbol("XAUUSD")
OWNER = FibRsiParams(point2_short_uses_highest_low=True, release_setup_on_close=False)
CORRECTED = FibRsiParams(release_setup_on_close=False)


@dataclass
class Golden:
    """An engine and a book side by side, and what became of the orders."""

    engine: FibRsi
    book: Book = field(default_factory=lambda: Book(GOLD, gaps=False))
    placed: list[Setup] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def decide(self, decision: Decision) -> None:
        if not isinstance(decision, Place):
            self.events += self.book.cancel(decision.order_id, 0)
            return
        setup = decision.setup
        self.placed.append(setup)
        side = "buy" if setup.side == "long" else "sell"
        prices = (setup.entry, setup.stop, setup.target)
        expires = setup.decided_at + 100 * 3600
        order = Order(setup.order_id, "XAUUSD", side, "limit", *prices, volume=0.01, expires=expires)
        self.book.place(order, setup.decided_at)

    def replay(self, candles: Candles) -> None:
        for bar in candles:
            events = self.book.on_bar(bar)
            for event in events:
                if isinstance(event, Closed):
                    self.engine.release("short" if "_short_" in event.order_id else "long")
            self.events += events
            for decision in self.engine.on_bar(bar):
                self.decide(decision)

    def row(self) -> tuple[int, int, int, int, int, int]:
        """Orders, shorts, longs, unfilled, wins, losses."""
        kinds = Counter(type(event).__name__ for event in self.events)
        reasons = Counter(event.reason for event in self.events if isinstance(event, Closed))
        shorts = sum(setup.side == "short" for setup in self.placed)
        return (
            len(self.placed),
            shorts,
            len(self.placed) - shorts,
            kinds["Cancelled"] + kinds["Expired"],
            reasons["take_profit"],
            reasons["stop_loss"],
        )


def replayed(candles: Candles, params: FibRsiParams) -> Golden:
    golden = Golden(FibRsi(GOLD, params))
    golden.replay(candles)
    return golden


@pytest.fixture(scope="module")
def owner(gold: Candles) -> Golden:
    return replayed(gold, OWNER)


@pytest.fixture(scope="module")
def corrected(gold: Candles) -> Golden:
    return replayed(gold, CORRECTED)


def sum_r(golden: Golden) -> float:
    return sum(event.r for event in golden.events if isinstance(event, Closed))


def test_the_owner_s_variant(owner: Golden) -> None:
    assert owner.row() == (2063, 630, 1433, 1598, 105, 359)
    assert sum_r(owner) == pytest.approx(-17.75, abs=1e-9)
    assert (len(owner.book.pending), len(owner.book.positions)) == (0, 1)


def test_the_corrected_variant(corrected: Golden) -> None:
    assert corrected.row() == (3089, 1644, 1445, 2644, 95, 349)
    assert sum_r(corrected) == pytest.approx(-40.25, abs=1e-9)
    assert (len(corrected.book.pending), len(corrected.book.positions)) == (0, 1)


@pytest.mark.parametrize(
    ("params", "row"),
    [
        (FibRsiParams(point2_short_uses_highest_low=True), (2716, 1269, 1447, 1737, 152, 825)),
        (FibRsiParams(), (4259, 2708, 1551, 3036, 159, 1062)),
    ],
)
def test_setups_released_on_close(gold: Candles, params: FibRsiParams, row: tuple[int, ...]) -> None:
    assert replayed(gold, params).row() == row


def test_the_first_orders_of_the_owner_s_variant(owner: Golden) -> None:
    first, second = owner.placed[:2]
    short = next(setup for setup in owner.placed if setup.side == "short")
    rows = [
        (s.id.rsplit("_", 1)[1], s.order_id.rsplit("@", 1)[1], s.side, s.point1.price, s.point2.price)
        for s in (first, second, short)
    ]
    assert rows == [
        ("2012-08-23T15:00:00Z", "2012-08-28T13:00:00Z", "long", 1609.75, 1674.81),
        ("2012-08-31T14:00:00Z", "2012-08-31T14:00:00Z", "long", 1652.29, 1673.05),
        (short.id.rsplit("_", 1)[1], "2012-09-07T02:00:00Z", "short", 1712.45, 1691.79),
    ]
    prices = [(s.entry, s.stop, s.target) for s in (first, second, short)]
    assert prices[0] == pytest.approx((1626.6656, 1592.1838, 1738.73145), abs=1e-9)
    assert prices[1] == pytest.approx((1657.6876, 1646.6848, 1693.4467), abs=1e-9)
    assert prices[2] == pytest.approx((1707.0784, 1718.0282, 1671.49155), abs=1e-9)


def test_the_batch_decides_the_same(gold: Candles, owner: Golden, corrected: Golden) -> None:
    for params, golden in ((OWNER, owner), (CORRECTED, corrected)):
        decisions = run(gold, params, symbol=GOLD)
        assert [each.setup for each in decisions if isinstance(each, Place)] == golden.placed
