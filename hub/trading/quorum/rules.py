"""k of n: which votes count, what they come to, and the bounds they leave."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from msgspec import Struct

from hub.core.problems import Conflict, invalid
from hub.identity.organisations.models import Belongs
from hub.trading.commands.models import Bounds
from hub.trading.quorum.models import Outcome, PolicyIn, VoteRow
from hub.trading.signals.models import Held
from strategies.symbols import SYMBOLS


class PriceMoved(Conflict):
    title = "The price has moved"


class Count(Struct, frozen=True):
    """What the votes on one signal for one trader come to."""

    outcome: Outcome
    approvals: list[VoteRow]
    rejections: list[VoteRow]


def check(given: PolicyIn, there: dict[UUID, Belongs]) -> None:
    """`Invalid` for a policy that can never be met, or approvers who are not there or only look."""
    if len(set(given.approvers)) != len(given.approvers):
        raise invalid("/approvers", "names somebody twice")
    if given.needed > len(given.approvers):
        raise invalid("/needed", f"is more than the {len(given.approvers)} approvers there are")
    for number, each in enumerate(given.approvers):
        if not may_vote(there.get(each)):
            raise invalid(f"/approvers/{number}", "must belong to the organisation as member or higher")


def may_vote(somebody: Belongs | None) -> bool:
    """A viewer only looks."""
    return somebody is not None and somebody.role != "viewer"


def count(votes: Iterable[VoteRow], needed: int, approvers: Iterable[UUID], now: datetime) -> Count:
    """What votes come to, of these approvers (named, and still there).

    One rejection decides; then so many approvals as are needed. An approval whose validity has ended does not count;
    nor does a second vote of one person, should there be one.
    """
    named = set(approvers)
    first: dict[UUID, VoteRow] = {}
    for vote in sorted(votes, key=lambda each: each.id):
        if vote.approver_id in named:
            first.setdefault(vote.approver_id, vote)
    rejections = [vote for vote in first.values() if vote.decision == "rejected"]
    approvals = [vote for vote in first.values() if vote.decision == "approved" and _holds(vote, now)]
    outcome: Outcome = "rejected" if rejections else "approved" if len(approvals) >= needed else "open"
    return Count(outcome, approvals, rejections)


def _holds(vote: VoteRow, now: datetime) -> bool:
    return vote.valid_until is None or vote.valid_until > now


T = TypeVar("T", int, datetime)


def together(bounds: Iterable[Bounds]) -> Bounds:
    """The tightest of each bound: what everybody agreed to."""
    all_ = list(bounds)
    return Bounds(
        _least([each.valid_until for each in all_]),
        _least([each.max_drift_points for each in all_]),
        _least([each.max_spread_points for each in all_]),
    )


def _least(values: list[T | None]) -> T | None:
    return min((value for value in values if value is not None), default=None)


def check_price(signal: Held, close: Decimal | None, bounds: Bounds) -> None:
    """`PriceMoved` when the market is further from the entry than the approvers allow.

    Of a limit, only what the market has passed counts; one it has not reached waits. `close` is the newest there is;
    without one, and for the spread, the terminal's own check at the quote is the only one.
    """
    if close is None or bounds.max_drift_points is None:
        return
    points = drift_points(signal, close)
    if points > bounds.max_drift_points:
        raise PriceMoved(
            f"The market is {points} points past the entry; {bounds.max_drift_points} are allowed. Nothing was decided.",
            drift_points=str(points),
            max_drift_points=bounds.max_drift_points,
        )


def drift_points(signal: Held, close: Decimal) -> Decimal:
    """How far an order placed now would work from the entry, in points of the instrument."""
    ahead = close - signal.entry if signal.side == "buy" else signal.entry - close
    distance = {"limit": max(-ahead, Decimal(0)), "stop": max(ahead, Decimal(0)), "market": abs(ahead)}
    return distance[signal.order_type] / Decimal(repr(SYMBOLS[signal.instrument].point))
