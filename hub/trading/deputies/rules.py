"""Whom one may name, and which signals a deputy decides."""

from datetime import datetime
from uuid import UUID

from hub.core.problems import Forbidden, Problem, invalid
from hub.identity.organisations.models import Belongs
from hub.trading.deputies.models import Deputy, DeputyIn
from hub.trading.signals.models import Held
from strategies.symbols import SYMBOLS


class DeputyEnded(Problem):
    status, title = 403, "You are no deputy any more"


class OutOfScope(Problem):
    status, title = 403, "Not a signal you may decide"


class NotTogether(Forbidden):
    title = "Not in one organisation"

    def __init__(self) -> None:
        super().__init__(
            "Both must belong to the organisation, the deputy as member or higher, and be able to sign in. "
            "Who has left and come back is named anew."
        )


def check(given: DeputyIn, me: UUID, now: datetime) -> None:
    """`Invalid` for oneself, a time that has passed, or an instrument nobody trades."""
    if given.deputy_id == me:
        raise invalid("/deputy_id", "name somebody else: you decide for yourself anyway")
    if given.until is not None and given.until <= now:
        raise invalid("/until", "must be in the future")
    if given.instrument is not None and given.instrument not in SYMBOLS:
        raise invalid("/instrument", f"unknown instrument; known are {', '.join(sorted(SYMBOLS))}")


def together(there: dict[UUID, Belongs], person: UUID, deputy: UUID) -> datetime:
    """Since when both are there, or `NotTogether`; a viewer only looks."""
    me, them = there.get(person), there.get(deputy)
    if me is None or them is None or them.role == "viewer":
        raise NotTogether
    return max(me.created_at, them.created_at)


def check_covers(grant: Deputy, signal: Held, now: datetime) -> None:
    """`DeputyEnded` or `OutOfScope`."""
    if grant.revoked_at is not None:
        raise DeputyEnded("This was revoked; ask to be named again.", reason="revoked")
    if grant.until is not None and grant.until <= now:
        raise DeputyEnded("This has run out; ask to be named again.", reason="expired")
    for name, only, found in (
        ("strategy", grant.strategy, signal.strategy),
        ("instrument", grant.instrument, signal.instrument),
    ):
        if only is not None and only != found:
            raise OutOfScope(f"You may decide on the {name} {only}; this signal is of {found}.", scope=name)
