"""An organisation's policy: set it, end it, put one's trading under it. `votes.py` decides by it.

Whose trading it decides joins by themselves; from then on only an admin lets them go, or they leave the organisation.
Every change holds the organisation, as changes of its members do; votes wait for it.
"""

from uuid import UUID

from hub.core import clock, outbox
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.outbox import Event
from hub.core.principal import Principal
from hub.core.problems import Conflict, NotFound
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.organisations import members
from hub.identity.organisations import service as organisations
from hub.trading.quorum import rules, store, topics
from hub.trading.quorum.models import Policy, PolicyIn
from hub.trading.risk import service as risk

MOST_TRADERS = 50


class UnderPolicy(Conflict):
    title = "Your organisation decides"


class NoPolicy(NotFound):
    def __init__(self) -> None:
        super().__init__("This organisation has no approval policy.")


class NoTrader(NotFound):
    def __init__(self) -> None:
        super().__init__("This organisation decides nothing for that person.")


class AlreadyUnder(Conflict):
    title = "Decided by a policy already"

    def __init__(self) -> None:
        super().__init__("A policy decides your trading already; an admin of that organisation lets you go.")


class TooManyTraders(Conflict):
    title = "Too many traders"

    def __init__(self) -> None:
        super().__init__(f"A policy decides for {MOST_TRADERS} people at most.")


async def allow_alone(tx: Transaction, user_id: UUID) -> None:
    """`UnderPolicy` when a command for this person needs the approvers of an organisation. Asked past the gate of
    `risk`: who has joined is under it in whatever commits after the answer.
    """
    if policy := await store.binding(tx, user_id):
        raise UnderPolicy(
            f"{policy.needed} of {len(policy.approvers)} approvers of your organisation must approve: "
            f"POST /api/v1/organisations/{policy.organisation_id}/votes. You may reject by yourself.",
            organisation_id=str(policy.organisation_id),
            needed=policy.needed,
            of=len(policy.approvers),
        )


async def get(db: Runs, organisation_id: UUID) -> Policy:
    """The policy in force, or `NoPolicy`."""
    policy = await store.policy(db, organisation_id)
    if policy is None:
        raise NoPolicy
    return policy.shown([each.user_id for each in await store.traders(db, organisation_id)])


async def set_policy(
    res: Resources, who: Principal, organisation_id: UUID, given: PolicyIn, visitor: Visitor
) -> Policy:
    """From now on this many of these; votes of before count by it."""
    now = clock.now()
    async with res.db.transaction() as tx:
        await organisations.enter(tx, organisation_id, who, "admin")
        rules.check(given, await members.holding(tx, organisation_id, given.approvers))
        before = await store.end_policy(tx, organisation_id, now)
        version = await store.next_version(tx, organisation_id)
        await store.add_policy(tx, uuid7(), organisation_id, version, given, who.person, now)
        policy = await get(tx, organisation_id)
        await _tell(tx, res, policy, "policy.set", who, before.approvers if before else [])
        meta = {
            "needed": given.needed,
            "approvers": [str(each) for each in given.approvers],
            "version": version,
        }
        await audit.record(
            tx, audit.act(who, visitor, "policy.set", f"organisation:{organisation_id}", **meta)
        )
    return policy


async def end(res: Resources, who: Principal, organisation_id: UUID, visitor: Visitor) -> None:
    """Nobody's trading is decided by it any more."""
    now = clock.now()
    async with res.db.transaction() as tx:
        await organisations.enter(tx, organisation_id, who, "admin")
        traders = [each.user_id for each in await store.traders(tx, organisation_id)]
        ended = await store.end_policy(tx, organisation_id, now)
        if ended is None:
            raise NoPolicy
        await store.release_all(tx, organisation_id, who.person, now)
        await _tell(tx, res, ended.shown([]), "policy.ended", who, traders)
        target = f"organisation:{organisation_id}"
        await audit.record(tx, audit.act(who, visitor, "policy.end", target, released=len(traders)))


async def join(res: Resources, who: Principal, organisation_id: UUID, visitor: Visitor) -> Policy:
    """Put one's own trading under an organisation's policy."""
    now = clock.now()
    async with res.db.transaction() as tx:
        await organisations.enter(tx, organisation_id, who, "viewer")
        policy = await get(tx, organisation_id)
        if len(policy.traders) >= MOST_TRADERS:
            raise TooManyTraders
        await risk.stopping(tx, who.person)
        await store.release_lapsed(tx, who.person, now)
        if not await store.join(tx, uuid7(), organisation_id, who.person, now):
            raise AlreadyUnder
        policy = await get(tx, organisation_id)
        await _tell(tx, res, policy, "policy.joined", who)
        await audit.record(tx, audit.act(who, visitor, "policy.join", f"organisation:{organisation_id}"))
    return policy


async def release(
    res: Resources, who: Principal, organisation_id: UUID, user_id: UUID, visitor: Visitor
) -> None:
    """Let a trader decide for themselves again."""
    async with res.db.transaction() as tx:
        await organisations.enter(tx, organisation_id, who, "admin")
        if not await store.release(tx, organisation_id, user_id, who.person, clock.now()):
            raise NoTrader
        await _tell(tx, res, await get(tx, organisation_id), "policy.released", who, [user_id])
        target = f"organisation:{organisation_id}"
        await audit.record(tx, audit.act(who, visitor, "policy.release", target, trader=str(user_id)))


async def _tell(
    tx: Transaction,
    res: Resources,
    policy: Policy,
    kind: str,
    who: Principal,
    others: list[UUID] | None = None,
) -> None:
    """Approvers and traders, those of before too."""
    people = {*policy.approvers, *policy.traders, *(others or ())}
    subject, actor = f"organisation:{policy.organisation_id}", f"user:{who.person}"
    events = [
        Event(topics.policies.name(user_id=each), kind, subject, actor, policy) for each in sorted(people)
    ]
    await outbox.append(tx, res.redis, events)
