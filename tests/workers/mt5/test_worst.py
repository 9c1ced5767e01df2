"""No order sent twice, no position untracked, no breach seen late, whatever the terminal does; and what happens without the look-up."""

import pytest

from tests.workers.mt5.worst import BOUND, Blind, Careless, Guarded, Hasty, Run
from workers.mt5.sender import Sender

BARS = 10_000
HAPPENS = (
    "cut",
    "late",
    "lost",
    "no_answer",
    "no_login",
    "offline",
    "partial",
    "reject",
    "requote",
    "stall",
    "twice",
    "vanish",
)


@pytest.mark.parametrize("mode", ["hedging", "netting"])
async def test_ten_thousand_bars_in_the_worst_mood(mode, capsys):
    run = await Guarded(Sender, mode=mode, bars=BARS).play()
    with capsys.disabled():
        print(f"\n{mode}: {run.report()}")
    assert run.counts["bars"] == BARS
    assert min(run.market.driver.done[name] for name in HAPPENS) > 100
    assert run.counts["sent, unknown"] > 500 and run.counts["proven placed"] > 200
    assert (run.twice(), run.counts["untracked"], run.wrong()) == (0, 0, 0)
    assert (run.counts["left unknown"], run.counts["untracked by the gateway"]) == (0, 0)
    assert len(run.late) > 30 and max(run.late) <= BOUND


async def test_a_guard_whose_limit_is_beyond_all_losses_never_trips():
    """The negative control of the guard."""
    run = await Blind(bars=500).play()
    assert run.late == [] and run.breached is None


async def test_prices_below_zero_change_nothing():
    run = await Run(bars=1000, start=-4.0, seed=2).play()
    assert run.counts["sent, placed"] > 100
    assert any(deal.price < 0 for deal in run.market.broker.books.deals)
    assert any(deal.price > 0 for deal in run.market.broker.books.deals)
    assert (run.twice(), run.counts["untracked"], run.wrong(), run.counts["left unknown"]) == (0, 0, 0, 0)


async def test_two_cuts_that_show_the_same_old_records_to_two_looks():
    """With this seed a login falls between two looks at records of before the order came in."""
    run = await Run(bars=1000, seed=12).play()
    assert (run.twice(), run.counts["untracked"], run.wrong(), run.counts["left unknown"]) == (0, 0, 0, 0)


@pytest.mark.parametrize("kind", [Careless, Hasty])
async def test_without_the_look_up_the_same_orders_go_out_twice(kind, capsys):
    """The negative control: the assertions above would fail."""
    run = await Run(kind, bars=2000).play()
    with capsys.disabled():
        print(f"\n{kind.__name__}: {run.report()}")
    assert run.twice() > 0 and run.counts["untracked"] > 0


async def test_a_seed_decides_everything():
    first, second = [await Run(bars=200, seed=5).play() for _ in range(2)]
    assert first.report() == second.report()
    assert first.market.broker.books.deals == second.market.broker.books.deals
    third = await Run(bars=200, seed=6).play()
    assert third.report() != first.report()
