"""Whom one may name, and which signals a deputy decides."""

from datetime import datetime
from uuid import UUID

from hub.core.problems import Forbidden, Problem, invalid
from hub.identity.organisations.models import MemberRole
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
            "Both must belong to the organisation now, the deputy as member or higher, and be able to sign in."
        )


def check(given: DeputyIn, me: UUID, now: datetime) -> None:
    """`Invalid` for oneself, a time that has passed, or an instrument nobody trades."""
    if given.deputy_id == me:
        raise invalid("/deputy_id", "name somebody else: you decide for yourself anyway")
    if given.until is not None and given.until <= now:
        raise invalid("/until", "must be in the future")
    if given.instrument is not None and given.instrument not in SYMBOLS:
        raise invalid("/instrument", f"unknown instrument; known are {', '.join(sorted(SYMBOLS))}")


def check_together(roles: dict[UUID, MemberRole], person: UUID, deputy: UUID) -> None:
    """`NotTogether` unless both are there; a viewer only looks."""
    if person not in roles or roles.get(deputy, "viewer") == "viewer":
        raise NotTogether


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
