"""Decide on a signal: the first answer wins, whatever surface it came from."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
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
from hub.core.problems import Conflict
from hub.core.resources import Resources
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.money.quotas import service as quotas
from hub.trading.approvals import rules, store, topics
from hub.trading.approvals.models import Approval, ApprovalIn, Decision
from hub.trading.commands import service as commands
from hub.trading.paper import service as paper
from hub.trading.risk import service as risk
from hub.trading.signals import service as signals
from hub.trading.signals.models import Held

_decided = from_zero(Counter("approvals_total", "Decisions", ["decision"]), get_args(Decision))
_latency = Histogram(
    "approval_latency_seconds",
    "From a signal's creation to its decision",
    buckets=(1, 5, 15, 60, 300, 1800, 7200),
)


Sizing = Callable[[Transaction, Held], Awaitable[Decimal | None]]
"""The lots of an order; None leaves them to the terminal."""


class By(Struct, frozen=True):
    """For whom is decided, and who does it: the person, or (without `actor_id`) the house on their behalf."""

    user_id: UUID
    actor: str
    role: str
    actor_id: UUID | None
    ip: str | None
    user_agent: str


class AlreadyDecided(Conflict):
    title = "Already decided"


async def decide(
    res: Resources, who: Principal, given: ApprovalIn, ip: str | None, user_agent: str
) -> Approval:
    """Approve or reject, once. An approval tells the person's terminals to act, unless trading is stopped; with paper
    trading on it goes to the paper portfolio instead, which no stop of the live one concerns.
    """
    rules.check(given, clock.now())
    by = By(who.person, f"user:{who.person}", who.role, who.user_id, ip, user_agent)
    async with res.db.transaction() as tx:
        approval, _ = await decided(tx, res, by, given, _terminal_sizes)
    return approval


async def decided(
    tx: Transaction, res: Resources, by: By, given: ApprovalIn, size: Sizing
) -> tuple[Approval, bool]:
    """Decide in a transaction, under words that were checked; the approval, and whether it is paper.

    `size` is asked of an order that is allowed, and may still raise. Do it last, as what is audited wants.
    """
    signal = await signals.hold_open(tx, given.signal_id)
    tracing.link(signal.traceparent)
    row = await store.add(tx, uuid7(), by.user_id, given, by.ip, by.user_agent, clock.now())
    if row is None:
        raise await _already(tx, by.user_id, given)
    await quotas.consume(tx, by.user_id, "approvals")
    approval = row.shown()
    on_paper = approval.decision == "approved" and await paper.follow(
        tx, approval.id, by.user_id, signal, approval.bounds
    )
    if approval.decision == "approved" and not on_paper:
        await risk.allow(tx, by.user_id)
        volume = await size(tx, signal)
        await commands.issue_open(tx, res, approval.id, by.user_id, signal, volume)
    await outbox.append(tx, res.redis, [_event(approval, by)])
    await audit.record(tx, _entry(approval, by, on_paper))
    if by.actor_id is not None:  # these metrics are of what people decide
        tx.after_commit(f"count {approval.id}", partial(_count, approval, signal.created_at))
    return approval, on_paper


async def _terminal_sizes(_: Transaction, __: Held) -> None:
    return None


async def _count(approval: Approval, signalled_at: datetime) -> None:
    _decided.labels(approval.decision).inc()
    _latency.observe((approval.created_at - signalled_at).total_seconds())


async def _already(tx: Transaction, user_id: UUID, given: ApprovalIn) -> AlreadyDecided:
    first = await store.of_signal(tx, given.signal_id, user_id)
    if first is None:
        return AlreadyDecided("You are deciding on this signal elsewhere at this moment.")
    return AlreadyDecided(
        f"You {first.decision} this signal before.", approval_id=str(first.id), decision=first.decision
    )


async def listed(res: Resources, who: Principal, query: PageQuery) -> Page[Approval]:
    rows = await store.listed(res.db, who.person, query.cursor, query.limit + 1)
    return page([row.shown() for row in rows], query.limit, [row.id for row in rows])


def _event(approval: Approval, by: By) -> Event:
    topic = topics.approvals.name(user_id=by.user_id)
    return Event(topic, "approval.decided", f"signal:{approval.signal_id}", by.actor, approval)


def _entry(approval: Approval, by: By, on_paper: bool) -> Entry:
    meta = {
        "signal_id": str(approval.signal_id),
        "decision": approval.decision,
        "consent_version": approval.consent_version,
    } | ({"on": "paper"} if on_paper else {})
    if by.actor_id is None:
        meta |= {"for": str(by.user_id), "by": by.actor}
    return Entry("approval.create", f"approval:{approval.id}", by.role, by.actor_id, by.ip, meta)
