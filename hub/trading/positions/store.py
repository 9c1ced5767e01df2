"""Queries of how accounts stand and what is open on them."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from hub.core.money import minor
from hub.core.sql import Runs, Sql
from hub.trading.accounts.looks import DealIn, Look
from hub.trading.positions import peaks
from hub.trading.positions.models import Doubt, Figures, Flow, Gap, Mark, Open, Standing

sql = Sql("positions")


class Booked(Struct, frozen=True):
    deal: str
    ticket: str
    kind: str
    profit: int
    swap: int
    commission: int
    at: datetime

    @property
    def money(self) -> int:
        """What it changed the balance by."""
        return self.profit + self.swap + self.commission


class Id(Struct, frozen=True):
    id: UUID


async def standing(db: Runs, account_id: UUID) -> Standing | None:
    return await sql.one(db, Standing, "standing", account_id=account_id)


async def standing_before(db: Runs, account_id: UUID) -> Standing | None:
    """How the same account stood when its owner unlinked it last."""
    return await sql.one(db, Standing, "standing_before", account_id=account_id)


async def put_standing(
    db: Runs,
    account_id: UUID,
    look: Look,
    figures: Figures,
    mark: Mark,
    gap: Gap,
    now: datetime,
    skew_ms: int,
) -> None:
    await sql.run(
        db,
        "put_standing",
        account_id=account_id,
        seq=look.seq,
        taken_at=look.time,
        received_at=now,
        balance=figures.balance,
        equity=figures.equity,
        margin=figures.margin,
        free_margin=figures.free_margin,
        peak_equity=mark.peak_equity,
        day_equity=mark.day_equity,
        day=mark.day,
        day_at=mark.day_at,
        leverage=look.leverage,
        connected=look.connected,
        trade_allowed=look.trade_allowed,
        algo_allowed=look.algo_allowed,
        skew_ms=skew_ms,
        unexplained=gap.amount,
        unexplained_at=gap.since,
        credit=figures.credit,
    )


async def put_mark(db: Runs, account_id: UUID, mark: Mark, gap: Gap) -> None:
    await sql.run(
        db,
        "put_mark",
        account_id=account_id,
        peak_equity=mark.peak_equity,
        day_equity=mark.day_equity,
        day_at=mark.day_at,
        unexplained=gap.amount,
        unexplained_at=gap.since,
    )


async def put_doubt(
    db: Runs, account_id: UUID, look: Look, doubt: Doubt, now: datetime, skew_ms: int
) -> None:
    await sql.run(
        db,
        "put_doubt",
        account_id=account_id,
        seq=look.seq,
        doubt=doubt,
        now=now,
        connected=look.connected,
        trade_allowed=look.trade_allowed,
        algo_allowed=look.algo_allowed,
        skew_ms=skew_ms,
    )


async def open_positions(db: Runs, account_id: UUID) -> list[Open]:
    return await sql.many(db, Open, "open_positions", account_id=account_id)


async def commands_among(db: Runs, ids: list[UUID], user_id: UUID) -> set[UUID]:
    return {row.id for row in await sql.many(db, Id, "commands_among", ids=ids, user_id=user_id)}


async def put_positions(db: Runs, account_id: UUID, positions: list[Open], now: datetime) -> None:
    await sql.run(
        db,
        "put_positions",
        account_id=account_id,
        now=now,
        tickets=[each.ticket for each in positions],
        symbols=[each.symbol for each in positions],
        sides=[each.side for each in positions],
        volumes=[each.volume for each in positions],
        open_prices=[each.open_price for each in positions],
        prices=[each.price for each in positions],
        stops=[each.stop for each in positions],
        targets=[each.target for each in positions],
        profits=[each.profit for each in positions],
        swaps=[each.swap for each in positions],
        opened_ats=[each.opened_at for each in positions],
        comments=[each.comment for each in positions],
        command_ids=[each.command_id for each in positions],
    )


async def close_positions(db: Runs, account_id: UUID, tickets: list[str], now: datetime) -> None:
    await sql.run(db, "close_positions", account_id=account_id, tickets=tickets, now=now)


async def add_deals(
    db: Runs, account_id: UUID, deals: list[DealIn], currency: str, now: datetime
) -> list[Booked]:
    """Those that are new."""
    return await sql.many(
        db,
        Booked,
        "add_deals",
        account_id=account_id,
        now=now,
        deals=[each.deal for each in deals],
        tickets=[each.ticket for each in deals],
        kinds=[each.kind for each in deals],
        directions=[each.direction for each in deals],
        sides=[each.side for each in deals],
        symbols=[each.symbol for each in deals],
        volumes=[each.volume for each in deals],
        prices=[each.price for each in deals],
        profits=[minor(each.profit, currency) for each in deals],
        swaps=[minor(each.swap, currency) for each in deals],
        commissions=[minor(each.commission, currency) for each in deals],
        reasons=[each.reason for each in deals],
        comments=[each.comment for each in deals],
        ats=[peaks.booked(each.at, now) for each in deals],
    )


async def set_left(db: Runs, account_id: UUID, deals: list[str], lefts: list[int]) -> None:
    await sql.run(db, "set_left", account_id=account_id, deals=deals, lefts=lefts)


async def paid_since(db: Runs, account_id: UUID, heard: datetime) -> list[Booked]:
    """Money in and out that the hub heard of since."""
    return await sql.many(db, Booked, "paid_since", account_id=account_id, heard=heard)


async def flows_since(db: Runs, account_id: UUID, since: datetime) -> list[Flow]:
    return await sql.many(db, Flow, "flows_since", account_id=account_id, since=since)


async def is_owner(db: Runs, user_id: UUID) -> bool:
    return await sql.run(db, "is_owner", user_id=user_id) > 0
