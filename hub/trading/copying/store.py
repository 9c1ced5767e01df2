"""Queries of copying."""

from datetime import datetime
from typing import Any
from uuid import UUID

from hub.core.sql import Runs, Sql
from hub.trading.copying.models import (
    Alone,
    ConsentRow,
    Copier,
    Count,
    EarnedRow,
    Fill,
    Fit,
    Id,
    Known,
    Outcome,
    Proposed,
    SuspendedRow,
    Waiting,
)

sql = Sql("copying")
_LAST_EXECUTIONS = 2_000


async def hold(db: Runs, user_id: UUID) -> Copier | None:
    """Have somebody's copying alone until the transaction ends."""
    return await sql.one(db, Copier, "hold_copier", user_id=user_id)


async def ensured(db: Runs, user_id: UUID, now: datetime) -> Copier:
    """The same, of somebody who may not have had any."""
    await sql.run(db, "add_copier", user_id=user_id, now=now)
    held = await hold(db, user_id)
    assert held is not None
    return held


async def get(db: Runs, user_id: UUID) -> Copier | None:
    return await sql.one(db, Copier, "get_copier", user_id=user_id)


async def put(db: Runs, copier: Copier) -> None:
    await sql.run(
        db,
        "put_copier",
        user_id=copier.user_id,
        enabled=copier.enabled,
        consent_version=copier.consent_version,
        multiplier_bp=copier.multiplier_bp,
        max_drift_points=copier.max_drift_points,
        max_spread_points=copier.max_spread_points,
        max_trades_a_day=copier.max_trades_a_day,
        max_volume=copier.max_volume,
        since=copier.since,
        suspended_for=copier.suspended_for,
        suspended_at=copier.suspended_at,
    )


async def add_consent(
    db: Runs,
    id: UUID,
    user_id: UUID,
    act: str,
    version: str,
    text_hash: bytes | None,
    ip: str | None,
    ua: str,
    now: datetime,
) -> None:
    await sql.run(
        db,
        "add_copy_consent",
        id=id,
        user_id=user_id,
        act=act,
        version=version,
        text_hash=text_hash,
        ip=ip,
        ua=ua,
        now=now,
    )


async def last_consent(db: Runs, user_id: UUID) -> ConsentRow | None:
    return await sql.one(db, ConsentRow, "last_copy_consent", user_id=user_id)


async def suspend(db: Runs, user_id: UUID, reason: str, now: datetime) -> None:
    await sql.run(db, "suspend_copier", user_id=user_id, reason=reason, now=now)


async def signals_to_copy(db: Runs, now: datetime, after: UUID | None, n: int) -> list[Proposed]:
    return await sql.many(db, Proposed, "signals_to_copy", now=now, after=after, n=n)


async def copiers_of(db: Runs, signal_id: UUID, after: UUID | None, n: int) -> list[UUID]:
    rows = await sql.many(db, Id, "copiers_of", signal_id=signal_id, after=after, n=n)
    return [row.id for row in rows]


async def signal_copied(db: Runs, signal_id: UUID, now: datetime) -> None:
    await sql.run(db, "signal_copied", signal_id=signal_id, now=now)


async def alone(db: Runs) -> bool:
    """Whether nobody else copies until the transaction ends."""
    return (await sql.sure(db, Alone, "copy_alone")).alone


async def add_placement(
    db: Runs,
    signal_id: UUID,
    user_id: UUID,
    outcome: Outcome,
    reason: str | None,
    figures: dict[str, Any],
    fit: Fit | None,
    now: datetime,
) -> bool:
    """False when something was done with the signal before."""
    return bool(
        await sql.run(
            db,
            "add_placement",
            signal_id=signal_id,
            user_id=user_id,
            outcome=outcome,
            reason=reason,
            figures=figures,
            volume=fit and fit.volume,
            risk=fit and fit.risk,
            margin=fit and fit.margin,
            now=now,
        )
    )


async def placement_exists(db: Runs, signal_id: UUID, user_id: UUID) -> bool:
    return bool(await sql.run(db, "placement_exists", signal_id=signal_id, user_id=user_id))


async def placed_since(db: Runs, user_id: UUID, since: datetime) -> int:
    return (await sql.sure(db, Count, "placed_since", user_id=user_id, since=since)).n


async def waiting_margin(db: Runs, user_id: UUID, now: datetime) -> int:
    return (await sql.sure(db, Waiting, "waiting_margin", user_id=user_id, now=now)).margin


async def manual_approvals(db: Runs, user_id: UUID) -> list[EarnedRow]:
    return await sql.many(db, EarnedRow, "manual_approvals", user_id=user_id)


async def approvals_of(db: Runs, user_id: UUID, strategy: str, enough: int) -> int:
    """How often the person approved of a strategy themselves, since it was last suspended; `enough` at most."""
    found = await sql.sure(
        db, Count, "manual_approvals_of", user_id=user_id, strategy=strategy, enough=enough
    )
    return found.n


async def suspensions(db: Runs, user_id: UUID) -> list[SuspendedRow]:
    """The last one of each strategy that had any."""
    return await sql.many(db, SuspendedRow, "suspensions_of", user_id=user_id)


async def add_suspension(
    db: Runs, user_id: UUID, strategy: str, reason: str, figures: dict[str, Any], now: datetime
) -> None:
    await sql.run(
        db,
        "add_suspension",
        user_id=user_id,
        strategy=strategy,
        reason=reason,
        figures=figures,
        now=now,
    )


async def last_fills(db: Runs, user_id: UUID, strategy: str, n: int) -> list[Fill]:
    """The newest `n` at most, of what the person's terminals did last."""
    return await sql.many(
        db, Fill, "last_fills", user_id=user_id, strategy=strategy, n=n, among=_LAST_EXECUTIONS
    )


async def known_accounts(db: Runs, user_ids: list[UUID]) -> list[Known]:
    return await sql.many(db, Known, "known_accounts", user_ids=user_ids)


async def watched(db: Runs, after: UUID | None, n: int) -> list[UUID]:
    return [row.id for row in await sql.many(db, Id, "watched_copiers", after=after, n=n)]
