"""Peak equity and the day's first, so that money paid in or out is neither gain nor loss.

A deposit adds to both. A withdrawal takes the same share from both: who takes out half of an account that is 20 %
below its peak is 20 % below it still. (Subtracted as money it would be 33 %, and a withdrawal could liquidate.)
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hub.trading.positions.models import Flow, Mark

_SKEW = timedelta(seconds=300)
WHOLE = 1_000_000_000
"""All of an account, in billionths."""


def moment(taken_at: datetime, received_at: datetime) -> datetime:
    """When a look was taken, in UTC: the terminal's word, unless its clock is plainly wrong."""
    return (taken_at if abs(received_at - taken_at) <= _SKEW else received_at).astimezone(UTC)


def booked(at: datetime, received_at: datetime) -> datetime:
    """When a deal was booked: not plainly after it was told. A terminal may not know its broker's zone."""
    return at if at <= received_at + _SKEW else received_at


def begin(equity: int, at: datetime) -> Mark:
    """The first look at an account."""
    return Mark(equity, equity, at.date(), at)


def shares(paid: Iterable[int], equity: int) -> list[int | None]:
    """What each withdrawal left, in billionths; None for deposits. `paid` is in order, `equity` is after all of it.

    Equity just before is not known: whatever was won or lost since the look before counts as if it had come first.
    """
    amounts = list(paid)
    before, left = equity - sum(amounts), list[int | None]()
    for amount in amounts:
        after = before + amount
        left.append(max(after, 0) * WHOLE // before if amount < 0 < before else None)
        before = after
    return left


def carried(value: int, flows: Iterable[Flow]) -> int:
    """What `value` is worth after these flows, which are in order."""
    for flow in flows:
        whole = flow.left_ppb is None or value <= 0
        value = value + flow.amount if whole else value * (flow.left_ppb or 0) // WHOLE
    return value


def onward(mark: Mark, flows: Iterable[Flow], equity: int, at: datetime) -> Mark:
    """A newer look. `flows` is what was paid in and taken out since the one before, in order."""
    since = list(flows)
    peak = max(carried(mark.peak_equity, since), equity)
    if at.date() > mark.day:
        return Mark(peak, equity, at.date(), at)
    return Mark(peak, carried(mark.day_equity, since), mark.day, mark.day_at)


def late(mark: Mark, flows: Iterable[Flow], equity: int, at: datetime) -> Mark:
    """An older look that comes after a newer one. `flows` is what was paid in and out since that old look.

    It says nothing of how the account stands, but it may have been the peak, or the day's first.
    """
    worth = carried(equity, flows)
    peak = max(mark.peak_equity, worth)
    if at.date() == mark.day and (mark.day_at is None or at < mark.day_at):
        return Mark(peak, worth, mark.day, at)
    return Mark(peak, mark.day_equity, mark.day, mark.day_at)


def drawdown_percent(peak: int, equity: int) -> Decimal:
    """How far equity is below the peak, in percent of it, to two decimals; 0 without a peak above 0."""
    if peak <= 0:
        return Decimal("0.00")
    return (Decimal(peak - equity) * 100 / Decimal(peak)).quantize(Decimal("0.01"))
