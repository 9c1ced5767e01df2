"""Decide on a signal: the first answer wins, whatever surface it came from."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import get_args
from uuid import UUID

from msgspec import Struct
from prometheus_client import Counter, Histogram

from hub.core import clock, outbox, tracing
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.metrics import from_zero
from hub.core.outbox import Event
from hub.core.paging import Page, PageQuery, page
from hub.core.principal import Principal
from hub.core.problems import Conflict, Invalid, NotFound
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.money.quotas import service as quotas
from hub.trading.approvals import rules, store, topics
from hub.trading.approvals.models import Approval, ApprovalIn, Decision, Hand, Via
from hub.trading.commands import service as commands
from hub.trading.paper import service as paper
from hub.trading.preflight import gate as preflight
from hub.trading.quorum import policies
from hub.trading.risk import service as risk
from hub.trading.risk.service import KillSwitchOn, RiskBlocked, TradingPaused
from hub.trading.signals import service as signals
from hub.trading.signals.models import Held
from hub.trading.signals.service import SignalClosed

_decided = from_zero(Counter("approvals_total", "Decisions", ["decision"]), get_args(Decision))
_latency = Histogram(
    "approval_latency_seconds",
    "From a signal's creation to its decision",
    buckets=(1, 5, 15, 60, 300, 1800, 7200),
)


Sizing = Callable[[Transaction, Held], Awaitable[Decimal | None]]
"""The lots of an order that is allowed; None leaves them to the terminal. It may still raise."""


_WHO: dict[Via, str] = {
    "self": "You",
    "deputy": "Your deputy",
    "quorum": "The approvers",
    "copying": "Copying",
}


class AlreadyDecided(Conflict):
    title = "Already decided"


REFUSALS = (
    NotFound,
    AlreadyDecided,
    SignalClosed,
    TradingPaused,
    KillSwitchOn,
    RiskBlocked,
    preflight.NotCertified,
    Invalid,
)
"""What may keep a decision out, whoever makes it and for whomever."""


class Settled(Struct, frozen=True):
    """A decision that was just stored. `entry` is to be recorded last in its transaction."""

    approval: Approval
    signal: Held
    on_paper: bool
    entry: Entry


async def decide(res: Resources, who: Principal, given: ApprovalIn, visitor: Visitor) -> Approval:
    """Approve or reject, once. An approval tells the person's terminals to act, unless trading is stopped; with paper
    trading on it goes to the paper portfolio instead, which no stop of the live one concerns.
    """
    rules.check(given, clock.now())
    async with res.db.transaction() as tx:
        signal = await signals.hold_open(tx, given.signal_id)
        settled = await settle(tx, res, signal, given, Hand(who.person, who, visitor))
        await audit.record(tx, settled.entry)
    return counted(settled)


async def _terminal_sizes(_: Transaction, __: Held) -> None:
    return None


async def settle(
    tx: Transaction,
    res: Resources,
    signal: Held,
    given: ApprovalIn,
    hand: Hand,
    size: Sizing = _terminal_sizes,
) -> Settled:
    """Decide on a signal that is held open. The caller records the entry last, and calls `counted` after the commit.

    Whoever decides, and for whomever, comes here: one decision a person and signal, and every stop is asked.
    """
    tracing.link(signal.traceparent)
    row = await store.add(tx, uuid7(), hand, given, clock.now())
    if row is None:
        raise await already(tx, hand.person, given.signal_id)
    approval = row.shown()
    on_paper = approval.decision == "approved" and await _approved(tx, res, signal, approval, hand, size)
    await outbox.append(tx, res.redis, [_event(approval, hand)])
    return Settled(approval, signal, on_paper, _entry(approval, hand, on_paper))


async def _approved(
    tx: Transaction, res: Resources, signal: Held, approval: Approval, hand: Hand, size: Sizing
) -> bool:
    """One approval of the person's plan (a rejection uses none), then their terminals or the paper portfolio; whether it
    was paper.
    """
    await quotas.consume(tx, hand.person, "approvals")
    if await paper.follow(tx, approval.id, hand.person, signal, approval.bounds):
        return True
    await risk.allow(tx, hand.person)
    if hand.via != "quorum":
        await policies.allow_alone(tx, hand.person)
    await preflight.allow(tx, res, hand.person, signal.instrument)
    volume = await size(tx, signal)
    await commands.issue_open(tx, res, approval.id, hand.person, signal, volume)
    return False


def counted(settled: Settled) -> Approval:
    """After the commit. These metrics are of what people decide."""
    approval = settled.approval
    _decided.labels(approval.decision).inc()
    _latency.observe((approval.created_at - settled.signal.created_at).total_seconds())
    return approval


async def already(tx: Transaction, person: UUID, signal_id: UUID) -> AlreadyDecided:
    """Why a signal cannot be decided for this person any more."""
    first = await store.of_signal(tx, signal_id, person)
    if first is None:
        return AlreadyDecided("You are deciding on this signal elsewhere at this moment.")
    by = _WHO[first.via]
    return AlreadyDecided(
        f"{by} {first.decision} this signal before.", approval_id=str(first.id), decision=first.decision
    )


async def is_decided(tx: Transaction, person: UUID, signal_id: UUID) -> bool:
    return await store.of_signal(tx, signal_id, person) is not None


async def listed(res: Resources, who: Principal, query: PageQuery) -> Page[Approval]:
    rows = await store.listed(res.db, who.person, query.cursor, query.limit + 1)
    return page([row.shown() for row in rows], query.limit, [row.id for row in rows])


def _event(approval: Approval, hand: Hand) -> Event:
    topic, subject = topics.approvals.name(user_id=hand.person), f"signal:{approval.signal_id}"
    actor = f"user:{hand.by.person}" if hand.by else hand.via
    return Event(topic, "approval.decided", subject, actor, approval)


def _entry(approval: Approval, hand: Hand, on_paper: bool) -> Entry:
    meta = {
        "signal_id": str(approval.signal_id),
        "decision": approval.decision,
        "consent_version": approval.consent_version,
    } | ({"on": "paper"} if on_paper else {})
    if hand.via != "self":
        meta |= {"for": str(hand.person), "via": hand.via} | (
            {"deputy": str(hand.grant)} if hand.grant else {}
        )
    return audit.act(hand.by, hand.visitor, "approval.create", f"approval:{approval.id}", **meta)
