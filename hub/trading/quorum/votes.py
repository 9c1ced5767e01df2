"""Vote on a signal for a trader. The vote that decides comes to the same place as a person's own decision.

Two votes at once take turns, so one of them decides. When something keeps the trade out at that moment (a limit, the
certificate, the price), the deciding vote is refused and not stored: it may be given again.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import get_args
from uuid import UUID

from msgspec import structs
from prometheus_client import Counter

from hub.core import clock, outbox
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.metrics import from_zero
from hub.core.outbox import Event
from hub.core.paging import Page, page
from hub.core.principal import Principal
from hub.core.problems import Conflict, Forbidden
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.organisations import members
from hub.market.candles import service as candles
from hub.market.candles.models import Timeframe
from hub.trading.approvals import rules as approving
from hub.trading.approvals import service as approvals
from hub.trading.approvals.models import ApprovalIn, Hand
from hub.trading.approvals.service import Settled
from hub.trading.commands.models import Bounds
from hub.trading.quorum import rules, store, topics
from hub.trading.quorum.models import Decision, PolicyRow, Tally, Vote, VoteIn, VoteQuery, VoteRow
from hub.trading.quorum.policies import NoPolicy, NoTrader
from hub.trading.signals import service as signals
from hub.trading.signals.models import Held

_voted = from_zero(Counter("approval_votes_total", "Votes of approvers", ["decision"]), get_args(Decision))
# A bar that closed at most one and a half of its lengths ago: what the price is by now, only the terminal knows.
_BARS: dict[Timeframe, timedelta] = {
    "M1": timedelta(minutes=1),
    "M5": timedelta(minutes=5),
    "M15": timedelta(minutes=15),
}


class NotAnApprover(Forbidden):
    title = "Not an approver"

    def __init__(self) -> None:
        super().__init__("The policy does not name you, or you only look in this organisation.")


class AlreadyVoted(Conflict):
    title = "Already voted"


async def vote(
    res: Resources, who: Principal, organisation_id: UUID, given: VoteIn, visitor: Visitor
) -> Tally:
    """Say once what one thinks; what the votes come to."""
    answer = ApprovalIn(given.signal_id, given.decision, given.consent_version, given.bounds)
    approving.check(answer, clock.now())
    async with res.db.transaction() as tx:
        signal = await signals.hold_open(tx, given.signal_id)
        policy, there = await _ballot(tx, who, organisation_id, given)
        if await approvals.is_decided(tx, given.trader_id, signal.id):
            raise await approvals.already(tx, given.trader_id, signal.id)
        mine = await _cast(tx, who, organisation_id, given, visitor)
        counted = rules.count(
            await store.votes(tx, organisation_id, signal.id, given.trader_id),
            policy.needed,
            there,
            clock.now(),
        )
        tally = _tally(policy, given, counted)
        settled = await _settle(
            tx, res, signal, answer, counted, Hand(given.trader_id, who, visitor, "quorum")
        )
        if settled:
            tally = structs.replace(tally, approval_id=settled.approval.id)
        await _tell(tx, res, policy, tally, who)
        meta = {"signal_id": str(signal.id), "for": str(given.trader_id), "decision": given.decision}
        meta |= {"consent_version": given.consent_version, "outcome": tally.outcome}
        entry = audit.act(who, visitor, "approval.vote", f"vote:{mine.id}", **meta)
        await audit.record(tx, entry, *([settled.entry] if settled else []))
    _voted.labels(given.decision).inc()
    if settled:
        approvals.counted(settled)
    return tally


async def _ballot(
    tx: Transaction, who: Principal, organisation_id: UUID, given: VoteIn
) -> tuple[PolicyRow, list[UUID]]:
    """The policy in force and its approvers who are there; both stay, and nobody else votes, until the end."""
    await members.stay(tx, organisation_id)
    await store.lock_ballot(tx, given.signal_id, given.trader_id)
    policy = await store.policy(tx, organisation_id)
    if policy is None:
        raise NoPolicy
    if given.trader_id not in {each.user_id for each in await store.traders(tx, organisation_id)}:
        raise NoTrader
    known = await members.holding(tx, organisation_id, [*policy.approvers, given.trader_id])
    if given.trader_id not in known:
        raise NoTrader
    there = [each for each in policy.approvers if rules.may_vote(known.get(each))]
    if who.person not in there:
        raise NotAnApprover
    return policy, there


async def _cast(
    tx: Transaction, who: Principal, organisation_id: UUID, given: VoteIn, visitor: Visitor
) -> VoteRow:
    made = await store.add_vote(
        tx, uuid7(), organisation_id, who.person, given, visitor.ip, visitor.user_agent, clock.now()
    )
    if made is None:
        raise AlreadyVoted("You have voted on this signal for this trader; the first vote counts.")
    return made


async def _settle(
    tx: Transaction, res: Resources, signal: Held, answer: ApprovalIn, counted: rules.Count, hand: Hand
) -> Settled | None:
    """The trader's decision, once the votes have come to one."""
    if counted.outcome == "open":
        return None
    bounds = Bounds()
    if counted.outcome == "approved":
        bounds = rules.together(each.bounds for each in counted.approvals)
        if bounds.max_drift_points is not None:
            rules.check_price(signal, await _close(tx, signal.instrument, clock.now()), bounds)
    decided = structs.replace(answer, decision=counted.outcome, bounds=bounds)
    return await approvals.settle(tx, res, signal, decided, hand)


async def _close(tx: Transaction, instrument: str, now: datetime) -> Decimal | None:
    for bar, length in _BARS.items():
        found = await candles.last(tx, instrument, bar, 1)
        newest = found[0] if found else None
        if newest and now - newest.time <= 2.5 * length:
            return newest.close
    return None


def _tally(policy: PolicyRow, given: VoteIn, counted: rules.Count) -> Tally:
    return Tally(
        policy.organisation_id,
        given.signal_id,
        given.trader_id,
        counted.outcome,
        [each.approver_id for each in counted.approvals],
        [each.approver_id for each in counted.rejections],
        policy.needed,
        len(policy.approvers),
    )


async def _tell(tx: Transaction, res: Resources, policy: PolicyRow, tally: Tally, who: Principal) -> None:
    """Approvers and the trader see the count as it grows."""
    subject, actor = f"signal:{tally.signal_id}", f"user:{who.person}"
    people = sorted({*policy.approvers, tally.trader_id})
    events = [
        Event(topics.votes.name(user_id=each), "approval.voted", subject, actor, tally) for each in people
    ]
    await outbox.append(tx, res.redis, events)


async def listed(res: Resources, organisation_id: UUID, query: VoteQuery) -> Page[Vote]:
    rows = await store.listed(res.db, organisation_id, query, query.limit + 1)
    return page([row.shown() for row in rows], query.limit, [row.id for row in rows])
