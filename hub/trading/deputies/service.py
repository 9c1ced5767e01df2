"""Name a deputy, end it, decide as one. A decision is stored for the person, with the deputy's name beside it."""

from uuid import UUID

from hub.core import clock, outbox
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.outbox import Event
from hub.core.principal import Principal
from hub.core.problems import Conflict, NotFound
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.organisations import members
from hub.trading.approvals import rules as approving
from hub.trading.approvals import service as approvals
from hub.trading.approvals.models import Approval, ApprovalIn, Hand
from hub.trading.deputies import rules, store, topics
from hub.trading.deputies.models import Deputies, Deputy, DeputyIn
from hub.trading.signals import service as signals

MOST = 20
_LISTED = 200


class AlreadyDeputy(Conflict):
    title = "Deputy already"

    def __init__(self) -> None:
        super().__init__("This person may decide on that for you already; revoke it to name them anew.")


class TooManyDeputies(Conflict):
    title = "Too many deputies"

    def __init__(self) -> None:
        super().__init__(f"You may have {MOST} deputies; revoke one first.")


def _none() -> NotFound:
    return NotFound("There is no such deputy of yours.")


async def name(res: Resources, who: Principal, given: DeputyIn, visitor: Visitor) -> Deputy:
    """Let somebody of one's organisation decide in one's place, from now on."""
    now = clock.now()
    rules.check(given, who.person, now)
    async with res.db.transaction() as tx:
        await store.lock(tx, who.person)
        there = await members.holding(tx, given.organisation_id, [who.person, given.deputy_id])
        since = rules.together(there, who.person, given.deputy_id)
        await store.lapse(tx, who.person, now)
        if await store.count(tx, who.person) >= MOST:
            raise TooManyDeputies
        deputy = await store.add(tx, uuid7(), who.person, given, max(now, since))
        if deputy is None:
            raise AlreadyDeputy
        await _tell(tx, res, deputy, "deputy.named", who)
        await audit.record(tx, audit.act(who, visitor, "deputy.name", f"deputy:{deputy.id}", **_meta(deputy)))
    return deputy


async def listed(res: Resources, who: Principal) -> Deputies:
    return Deputies(
        await store.given_by(res.db, who.person, _LISTED), await store.held_by(res.db, who.person, _LISTED)
    )


async def revoke(res: Resources, who: Principal, id: UUID, visitor: Visitor) -> Deputy:
    """End it, by who named the deputy or by the deputy. When this has answered, nothing is decided by it any more."""
    async with res.db.transaction() as tx:
        known = await store.seen(tx, id, who.person)
        if known is None:
            raise _none()
        revoked = await store.revoke(tx, id, who.person, clock.now())
        if revoked is None:
            return await store.seen(tx, id, who.person) or known
        await _tell(tx, res, revoked, "deputy.revoked", who)
        await audit.record(tx, audit.act(who, visitor, "deputy.revoke", f"deputy:{id}", **_meta(revoked)))
    return revoked


async def decide(res: Resources, who: Principal, id: UUID, given: ApprovalIn, visitor: Visitor) -> Approval:
    """Approve or reject as somebody's deputy. Everything that would stop them stops the deputy."""
    approving.check(given, clock.now())
    async with res.db.transaction() as tx:
        signal = await signals.hold_open(tx, given.signal_id)
        grant = await store.hold(tx, id, who.person)
        if grant is None:
            raise _none()
        rules.check_covers(grant, signal, clock.now())
        there = await members.holding(tx, grant.organisation_id, [grant.user_id, grant.deputy_id])
        if rules.together(there, grant.user_id, grant.deputy_id) > grant.created_at:
            raise rules.NotTogether
        hand = Hand(grant.user_id, who, visitor, "deputy", grant.id)
        settled = await approvals.settle(tx, res, signal, given, hand)
        await audit.record(tx, settled.entry)
    return approvals.counted(settled)


async def _tell(tx: Transaction, res: Resources, deputy: Deputy, kind: str, who: Principal) -> None:
    """Both are told."""
    events = [
        Event(topics.deputies.name(user_id=each), kind, f"deputy:{deputy.id}", f"user:{who.person}", deputy)
        for each in (deputy.user_id, deputy.deputy_id)
    ]
    await outbox.append(tx, res.redis, events)


def _meta(deputy: Deputy) -> dict[str, str | None]:
    return {
        "organisation": str(deputy.organisation_id),
        "person": str(deputy.user_id),
        "deputy": str(deputy.deputy_id),
        "strategy": deputy.strategy,
        "instrument": deputy.instrument,
        "until": clock.rfc3339(deputy.until) if deputy.until else None,
    }
