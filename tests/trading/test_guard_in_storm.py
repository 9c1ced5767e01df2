"""A guard closes what it must, once, through a terminal that fails in every way: the product's own way from look to close."""

from collections import Counter

import pytest

from tests.hubs import RunningHub
from tests.trading.guard_in_storm import TURN, storm

LATE = TURN + 285.0
"""Seconds from the breach, or from the last look that failed since, to the decision: what is placed and followed meanwhile has
some forty calls, which take up to 3 s each, and some stall for 30; after a login the terminal may show what was.
"""
FLAT = 1200.0
"""Seconds from the decision to the last close: the warning, and in this storm up to eight attempts, of which the later ones are
a minute apart.
"""
HAPPENS = (
    "cut", "late", "lost", "no_answer", "no_login", "offline", "partial", "reject", "requote", "stall", "twice", "vanish",
)  # fmt: skip


async def test_whatever_the_terminal_does_the_guard_closes_everything_in_time_and_once(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    happened, closed, attempts, lates, tooks = Counter[str](), 0, 0, [], []
    for seed in range(1, 8):
        played = await storm(hub, monkeypatch, seed)
        assert (seed, await played.judge()) == (seed, {})
        assert played.decided is not None, seed
        closures = await played.closures()
        closed, attempts = closed + len(closures), attempts + sum(each["attempts"] for each in closures)
        happened.update(played.driver.done)
        lates.append(played.late)
        tooks.append(played.took)
    with capsys.disabled():
        print(
            f"\n{closed} positions closed by {attempts} commands; the latest decision after {max(lates):.0f} s, bound {LATE:.0f};"
            f" the last close after {max(tooks):.0f} s, bound {FLAT:.0f}; {dict(sorted(happened.items()))}"
        )
    assert 0 <= max(lates) <= LATE and min(tooks) > 10 and max(tooks) <= FLAT
    assert closed > 20 and attempts > closed
    assert min(happened[name] for name in HAPPENS) > 0


async def test_control_a_guard_that_nobody_carries_out_closes_nothing(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = await storm(hub, monkeypatch, 1, guarded=False)
    wrong = await played.judge()
    assert played.decided is not None and played.took == 0
    assert wrong["left open"] == len(played.broker.books.positions) > 0
    assert wrong["closures not done"] == len(await played.closures()) > 0
