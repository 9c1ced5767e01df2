"""The consent in force, and what a decision must be."""

from datetime import datetime

from hub.core.problems import invalid
from hub.trading.approvals.models import ApprovalIn, Consent

CONSENT = Consent(
    version="2026-11-22",
    text=(
        "I have read this signal and decide for myself. I ask my own terminal to place this order within "
        "the bounds I set. Signals are not advice and promise nothing; I may lose what I put at risk."
    ),
)


def check(given: ApprovalIn, now: datetime) -> None:
    """`Invalid` when the words are not those in force or the bounds make no sense."""
    if given.consent_version != CONSENT.version:
        raise invalid("/consent_version", f"the consent in force is {CONSENT.version}; show it and ask again")
    until = given.bounds.valid_until
    if until is None:
        return
    if until.tzinfo is None:
        raise invalid("/bounds/valid_until", "times need a zone, as in 2026-11-22T10:00:00Z")
    if until <= now:
        raise invalid("/bounds/valid_until", "must be in the future")
