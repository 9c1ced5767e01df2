"""Queries of risk."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hub.core.sql import Runs, Sql
from hub.trading.risk.models import (
    Actor,
    Caps,
    CapsIn,
    CapsRow,
    HeldPosition,
    KillSwitch,
    Looked,
    Pause,
    Size,
    Verdict,
)

sql = Sql("risk")


class AccountId(msgspec.Struct, frozen=True):
    account_id: UUID


async def pass_gate(db: Runs, user_id: UUID) -> None:
    """Share the gate of everybody and of this person until the transaction ends."""
    await sql.run(db, "pass_gate", user_id=user_id)


async def hold_gate(db: Runs, whose: str) -> None:
    """Have the gate alone: `all`, or a person's id."""
    await sql.run(db, "hold_gate", whose=whose)


async def kill_switches_of(db: Runs, user_id: UUID) -> list[KillSwitch]:
    return await sql.many(db, KillSwitch, "kill_switches_of", user_id=user_id)


async def kill_switches_on(db: Runs) -> list[KillSwitch]:
    return await sql.many(db, KillSwitch, "kill_switches_on")


async def kill_switch_on(
    db: Runs, id: UUID, user_id: UUID | None, reason: str, by: UUID, now: datetime
) -> bool:
    return bool(await sql.run(db, "kill_switch_on", id=id, user_id=user_id, reason=reason, by=by, now=now))


async def kill_switch_off(db: Runs, user_id: UUID | None, reason: str, by: UUID, now: datetime) -> bool:
    return bool(await sql.run(db, "kill_switch_off", user_id=user_id, reason=reason, by=by, now=now))


async def pauses_of(db: Runs, user_id: UUID) -> list[Pause]:
    return await sql.many(db, Pause, "pauses_of", user_id=user_id)


async def pause(db: Runs, user_id: UUID, actor: Actor, reason: str, now: datetime) -> bool:
    return bool(await sql.run(db, "pause", user_id=user_id, actor=actor, reason=reason, now=now))


async def resume(db: Runs, user_id: UUID, actors: Sequence[Actor]) -> bool:
    return bool(await sql.run(db, "resume", user_id=user_id, actors=list(actors)))


async def size_of(db: Runs, user_id: UUID) -> Size | None:
    return await sql.one(db, Size, "size_of", user_id=user_id)


async def set_size(db: Runs, user_id: UUID, size: Size, now: datetime) -> bool:
    return bool(await sql.run(db, "set_size", user_id=user_id, mode=size.mode, bp=size.bp, now=now))


async def defaults(db: Runs) -> Caps | None:
    return await sql.one(db, Caps, "risk_defaults")


async def set_defaults(db: Runs, caps: Caps, now: datetime) -> None:
    await sql.run(
        db,
        "set_risk_defaults",
        max_drawdown_bp=caps.max_drawdown_bp,
        min_equity=caps.min_equity,
        liquidation_drawdown_bp=caps.liquidation_drawdown_bp,
        liquidation_equity=caps.liquidation_equity,
        max_exposure_bp=caps.max_exposure_bp,
        max_trade_risk_bp=caps.max_trade_risk_bp,
        daily_stop_bp=caps.daily_stop_bp,
        max_leverage_x100=caps.max_leverage_x100,
        now=now,
    )


async def caps(db: Runs, user_ids: list[UUID] | None) -> list[CapsRow]:
    """The house's, if the owner set them; and of these people, or of everybody."""
    return await sql.many(db, CapsRow, "risk_caps", user_ids=user_ids)


async def set_caps(db: Runs, user_id: UUID, set_by: str, caps: CapsIn, now: datetime) -> None:
    await sql.run(
        db,
        "set_risk_caps",
        user_id=user_id,
        set_by=set_by,
        max_drawdown_bp=caps.max_drawdown_bp,
        min_equity=caps.min_equity,
        liquidation_drawdown_bp=caps.liquidation_drawdown_bp,
        liquidation_equity=caps.liquidation_equity,
        max_exposure_bp=caps.max_exposure_bp,
        max_trade_risk_bp=caps.max_trade_risk_bp,
        daily_stop_bp=caps.daily_stop_bp,
        max_leverage_x100=caps.max_leverage_x100,
        now=now,
    )


async def looked_at(db: Runs, user_id: UUID | None, account_ids: list[UUID] | None) -> list[Looked]:
    """One person's verified accounts, these, or everybody's."""
    return await sql.many(db, Looked, "looked_at", user_id=user_id, account_ids=account_ids)


async def hold_accounts(db: Runs, ids: list[UUID]) -> None:
    """Nobody else says how they stand until the transaction ends."""
    await sql.run(db, "hold_accounts", ids=ids)


async def left_open(db: Runs, account_ids: list[UUID] | None) -> set[UUID]:
    """Accounts (None: of all) that must be closed, and have a position that nobody closes."""
    found = await sql.many(db, AccountId, "left_open", account_ids=account_ids)
    return {row.account_id for row in found}


async def set_states(db: Runs, account_ids: list[UUID], verdicts: list[Verdict], now: datetime) -> None:
    await sql.run(
        db,
        "set_risk_states",
        account_ids=account_ids,
        outcomes=[verdict.outcome for verdict in verdicts],
        reasons=[verdict.reason for verdict in verdicts],
        figures=[msgspec.json.encode(verdict.figures).decode() for verdict in verdicts],
        now=now,
    )


async def held_positions(db: Runs) -> list[HeldPosition]:
    return await sql.many(db, HeldPosition, "held_positions")
