"""What comes next for a closure; no state, no I/O."""

from datetime import datetime, timedelta
from typing import Literal

from hub.trading.closing.models import Due

Step = Literal["wait", "send", "done"]

WARNING = timedelta(seconds=10)
ANSWER = timedelta(seconds=5)
"""How long a terminal may take before it is told again."""
_LONGEST = timedelta(seconds=60)
STUCK = 5
"""So many times told without success, and somebody must look."""
PRESSING = 60
"""So many times a terminal that answers is told again soon: in a fast market a broker refuses many prices."""
SOON = timedelta(seconds=2)


def step(due: Due, now: datetime) -> Step:
    """Only the broker's word ends a closure: that the position is gone. Until then it is sent again and again.

    A terminal that says it could not is told again at once, later soon, and when that was in vain for minutes (the market
    is shut) as rarely as one that says nothing, or that it closed a position which is still there.
    """
    if due.gone_at is not None:
        return "done"
    if due.state == "warned":
        return "send" if now >= due.due_at else "wait"
    return "send" if now >= due.next_at or _failed_again(due, now) else "wait"


def _failed_again(due: Due, now: datetime) -> bool:
    if due.said not in ("failed", "refused", "unknown") or due.said_at is None:
        return False
    return due.attempts < STUCK or (due.attempts < PRESSING and now >= due.said_at + SOON)


def answer_by(attempts: int, now: datetime) -> datetime:
    """When to look again after the `attempts`th command: twice as long each time, up to a minute."""
    seconds = min(ANSWER.total_seconds() * 2.0 ** min(attempts - 1, 8), _LONGEST.total_seconds())
    return now + timedelta(seconds=seconds)
