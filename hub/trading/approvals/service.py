"""Decide on a signal: the first answer wins, whatever surface it came from."""

from typing import get_args

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
from hub.trading.preflight import gate as preflight
from hub.trading.risk import service as risk
from hub.trading.signals import service as signals

_decided = from_zero(Counter("approvals_total", "Decisions", ["decision"]), get_args(Decision))
_latency = Histogram(
    "approval_latency_seconds",
    "From a signal's creation to its decision",
    buckets=(1, 5, 15, 60, 300, 1800, 7200),
)


class AlreadyDecided(Conflict):
    title = "Already decided"


async def decide(
    res: Resources, who: Principal, given: ApprovalIn, ip: str | None, user_agent: str
) -> Approval:
    """Approve or reject, once. An approval tells the person's terminals to act, unless trading is stopped; with paper
    trading on it goes to the paper portfolio instead, which no stop of the live one concerns.
    """
    rules.check(given, clock.now())
    async with res.db.transaction() as tx:
        signal = await signals.hold_open(tx, given.signal_id)
        tracing.link(signal.traceparent)
        row = await store.add(tx, uuid7(), who.person, given, ip, user_agent, clock.now())
        if row is None:
            raise await _already(tx, who, given)
        await quotas.consume(tx, who.person, "approvals")
        approval = row.shown()
        on_paper = approval.decision == "approved" and await paper.follow(
            tx, approval.id, who.person, signal, approval.bounds
        )
        if approval.decision == "approved" and not on_paper:
            await risk.allow(tx, who.person)
            await preflight.allow(tx, res, who.person, signal.instrument)
            await commands.issue_open(tx, res, approval.id, who.person, signal)
        await outbox.append(tx, res.redis, [_event(approval, who)])
        await audit.record(tx, _entry(approval, who, ip, on_paper))
    _decided.labels(approval.decision).inc()
    _latency.observe((approval.created_at - signal.created_at).total_seconds())
    return approval


async def _already(tx: Transaction, who: Principal, given: ApprovalIn) -> AlreadyDecided:
    first = await store.of_signal(tx, given.signal_id, who.person)
    if first is None:
        return AlreadyDecided("You are deciding on this signal elsewhere at this moment.")
    return AlreadyDecided(
        f"You {first.decision} this signal before.", approval_id=str(first.id), decision=first.decision
    )


async def listed(res: Resources, who: Principal, query: PageQuery) -> Page[Approval]:
    rows = await store.listed(res.db, who.person, query.cursor, query.limit + 1)
    return page([row.shown() for row in rows], query.limit, [row.id for row in rows])


def _event(approval: Approval, who: Principal) -> Event:
    topic = topics.approvals.name(user_id=who.person)
    return Event(topic, "approval.decided", f"signal:{approval.signal_id}", f"user:{who.person}", approval)


def _entry(approval: Approval, who: Principal, ip: str | None, on_paper: bool) -> Entry:
    meta = {
        "signal_id": str(approval.signal_id),
        "decision": approval.decision,
        "consent_version": approval.consent_version,
    } | ({"on": "paper"} if on_paper else {})
    return Entry("approval.create", f"approval:{approval.id}", who.role, who.user_id, ip, meta)
