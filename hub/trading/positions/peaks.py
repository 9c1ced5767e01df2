"""Peak equity and the day's first, with money paid in and out taken out."""

from datetime import datetime, timedelta
from decimal import Decimal

from hub.trading.positions.models import Mark

_SKEW = timedelta(seconds=300)


def moment(taken_at: datetime, received_at: datetime) -> datetime:
    """When a look was taken: the terminal's word, unless its clock is plainly wrong."""
    return taken_at if abs(received_at - taken_at) <= _SKEW else received_at


def begin(equity: int, at: datetime) -> Mark:
    """The first look at an account."""
    return Mark(equity, equity, at.date(), at)


def onward(mark: Mark, flows: int, equity: int, at: datetime) -> Mark:
    """A newer look. `flows` is what was paid in, less what was taken out, since the one before."""
    peak = max(mark.peak_equity + flows, equity)
    if at.date() > mark.day:
        return Mark(peak, equity, at.date(), at)
    return Mark(peak, mark.day_equity + flows, mark.day, mark.day_at)


def late(mark: Mark, flows: int, equity: int, at: datetime) -> Mark:
    """An older look that comes after a newer one. `flows` is what was paid in and out since that old look.

    It says nothing of how the account stands, but it may have been the peak, or the day's first.
    """
    peak = max(mark.peak_equity, equity + flows)
    if at.date() == mark.day and (mark.day_at is None or at < mark.day_at):
        return Mark(peak, equity + flows, mark.day, at)
    return Mark(peak, mark.day_equity, mark.day, mark.day_at)


def drawdown_percent(peak: int, equity: int) -> Decimal:
    """How far equity is below the peak, in percent of it, to two decimals; 0 without a peak above 0."""
    if peak <= 0:
        return Decimal("0.00")
    return (Decimal(peak - equity) * 100 / Decimal(peak)).quantize(Decimal("0.01"))
