"""Queries of approvals."""

from datetime import datetime
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.trading.approvals.models import ApprovalIn, Hand, Row

sql = Sql("approvals")


async def add(db: Runs, id: UUID, hand: Hand, given: ApprovalIn, now: datetime) -> Row | None:
    return await sql.one(
        db,
        Row,
        "add_approval",
        id=id,
        signal_id=given.signal_id,
        user_id=hand.person,
        decision=given.decision,
        consent_version=given.consent_version,
        valid_until=given.bounds.valid_until,
        max_drift_points=given.bounds.max_drift_points,
        max_spread_points=given.bounds.max_spread_points,
        ip=hand.visitor.ip,
        ua=hand.visitor.user_agent,
        now=now,
        decided_by=hand.by.person if hand.by and hand.via != "self" else None,
        via=hand.via,
    )


async def of_signal(db: Runs, signal_id: UUID, user_id: UUID) -> Row | None:
    return await sql.one(db, Row, "approval_of", signal_id=signal_id, user_id=user_id)


async def listed(db: Runs, user_id: UUID, cursor: UUID | None, n: int) -> list[Row]:
    return await sql.many(db, Row, "list_approvals", user_id=user_id, cursor=cursor, n=n)
