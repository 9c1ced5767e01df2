"""Money that moved without its deal, or a deal without its money; no state, no I/O.

A terminal reads balance and deals one after the other: what is paid in or out between the two is in one of them alone, and
in the other a look later. Taken at its word the account would have lost, or doubled its peak, and would be closed.
"""

from datetime import datetime, timedelta

from hub.trading.positions.models import Gap, Standing

HOLD = timedelta(seconds=15)
"""How long an unexplained change may keep the guards from judging; a loss that is none of a deal's is judged then."""
_SMALL_PERCENT = 1
"""Fees that no deal tells are no gap."""
NONE = Gap(0, None)


def after(known: Standing, paid: int, recent: int, every: int, now: datetime) -> tuple[Gap, bool]:
    """What a newer look leaves unexplained, and whether only all of its new deals explain it, whatever their times.

    `paid`: its balance and credit; `recent`: the money of new deals since the look before by their times; `every`: of all
    that are new. What a terminal tells of long ago explains nothing, unless nothing else does: then its clock is wrong.
    """
    amount = known.unexplained + paid - known.figures.paid
    if _small(amount - recent, known.figures.paid):
        return NONE, False
    if _small(amount - every, known.figures.paid):
        return NONE, True
    since = known.unexplained_at or now
    return (Gap(amount - recent, since) if now - since < HOLD else NONE), False


def late(known: Standing, moved: int) -> Gap:
    """The same where deals come with an older look: those of the newest, which it was without."""
    amount = known.unexplained - moved
    if not known.unexplained or _small(amount, known.figures.paid):
        return NONE
    return Gap(amount, known.unexplained_at)


def _small(amount: int, balance: int) -> bool:
    return abs(amount) * 100 <= abs(balance) * _SMALL_PERCENT
