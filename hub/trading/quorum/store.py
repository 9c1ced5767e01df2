"""Queries of policies and votes."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.trading.quorum.models import PolicyIn, PolicyRow, Trader, Version, VoteIn, VoteQuery, VoteRow

sql = Sql("quorum")


async def lock_ballot(db: Runs, signal_id: UUID, trader_id: UUID) -> None:
    """Votes on one signal for one trader take turns."""
    await sql.run(db, "lock_ballot", signal_id=str(signal_id), trader_id=str(trader_id))


async def policy(db: Runs, organisation_id: UUID) -> PolicyRow | None:
    """The one in force."""
    return await sql.one(db, PolicyRow, "policy_of", organisation_id=organisation_id)


async def next_version(db: Runs, organisation_id: UUID) -> int:
    return (await sql.sure(db, Version, "next_policy_version", organisation_id=organisation_id)).version


async def end_policy(db: Runs, organisation_id: UUID, now: datetime) -> PolicyRow | None:
    return await sql.one(db, PolicyRow, "end_policy", organisation_id=organisation_id, now=now)


async def add_policy(
    db: Runs, id: UUID, organisation_id: UUID, version: int, given: PolicyIn, by: UUID, now: datetime
) -> PolicyRow:
    return await sql.sure(
        db,
        PolicyRow,
        "add_policy",
        id=id,
        organisation_id=organisation_id,
        version=version,
        needed=given.needed,
        approvers=given.approvers,
        by=by,
        now=now,
    )


async def traders(db: Runs, organisation_id: UUID) -> list[Trader]:
    return await sql.many(db, Trader, "policy_traders", organisation_id=organisation_id)


async def binding(db: Runs, user_id: UUID) -> PolicyRow | None:
    """The policy that decides a person's trading: they joined, and belong to the organisation still."""
    return await sql.one(db, PolicyRow, "policy_binding", user_id=user_id)


async def release_lapsed(db: Runs, user_id: UUID, now: datetime) -> None:
    """A trader who is in their organisation no longer is free to join another."""
    await sql.run(db, "release_lapsed", user_id=user_id, now=now)


async def join(db: Runs, id: UUID, organisation_id: UUID, user_id: UUID, now: datetime) -> bool:
    """Whether this joined them; False when some policy decides their trading already."""
    return bool(
        await sql.run(db, "join_policy", id=id, organisation_id=organisation_id, user_id=user_id, now=now)
    )


async def release(db: Runs, organisation_id: UUID, user_id: UUID, by: UUID, now: datetime) -> bool:
    return bool(
        await sql.run(db, "release_trader", organisation_id=organisation_id, user_id=user_id, by=by, now=now)
    )


async def release_all(db: Runs, organisation_id: UUID, by: UUID, now: datetime) -> None:
    await sql.run(db, "release_traders", organisation_id=organisation_id, by=by, now=now)


async def add_vote(
    db: Runs,
    id: UUID,
    organisation_id: UUID,
    approver_id: UUID,
    given: VoteIn,
    ip: str | None,
    ua: str,
    now: datetime,
) -> VoteRow | None:
    """None when this approver has voted on it."""
    return await sql.one(
        db,
        VoteRow,
        "add_vote",
        id=id,
        organisation_id=organisation_id,
        signal_id=given.signal_id,
        trader_id=given.trader_id,
        approver_id=approver_id,
        decision=given.decision,
        consent_version=given.consent_version,
        valid_until=given.bounds.valid_until,
        max_drift_points=given.bounds.max_drift_points,
        max_spread_points=given.bounds.max_spread_points,
        ip=ip,
        ua=ua,
        now=now,
    )


async def votes(db: Runs, organisation_id: UUID, signal_id: UUID, trader_id: UUID) -> list[VoteRow]:
    return await sql.many(
        db,
        VoteRow,
        "votes_on",
        organisation_id=organisation_id,
        signal_id=signal_id,
        trader_id=trader_id,
    )


async def listed(db: Runs, organisation_id: UUID, query: VoteQuery, n: int) -> list[VoteRow]:
    return await sql.many(
        db,
        VoteRow,
        "list_votes",
        organisation_id=organisation_id,
        signal_id=query.signal_id,
        cursor=query.cursor,
        n=n,
    )
