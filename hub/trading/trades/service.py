"""Keep trades: planned, opened, closed; built from an account's deals; listed."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import get_args
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace
from prometheus_client import Counter

from hub.core import clock, outbox
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.metrics import from_zero
from hub.core.outbox import Event
from hub.core.paging import Page, page
from hub.core.problems import NotFound
from hub.core.resources import Resources
from hub.trading.trades import ledger, rules, store, topics
from hub.trading.trades.ledger import Books, Whose
from hub.trading.trades.models import (
    EquityPoint,
    Fill,
    Plan,
    Source,
    Status,
    Trade,
    TradeOut,
    TradeQuery,
    Unopened,
    ValidationLog,
    Worth,
)
from hub.trading.trades.rules import OutOfOrder

_inserted = from_zero(Counter("trades_inserted_total", "Trades stored", ["source"]), get_args(Source))
_points = from_zero(Counter("equity_points_total", "Equity points stored", ["source"]), get_args(Source))

_MOST_POINTS = 50_000


class Synced(Struct, frozen=True):
    """What bringing an account up to date did. `refused`: tickets whose trade has ended otherwise than the deals say;
    `orphans`: deals that belong to no entry.
    """

    added: int
    changed: int
    refused: list[str]
    orphans: list[str]


async def create_trade(res: Resources, tx: Transaction, plan: Plan) -> Trade:
    """A planned trade, in the caller's transaction."""
    trade = rules.planned(uuid7(), plan, clock.now())
    await _add(tx, [trade])
    return trade


async def open_trade(
    res: Resources,
    tx: Transaction,
    id: UUID,
    *,
    at: datetime,
    price: Decimal,
    volume: Decimal,
    ticket: str | None = None,
) -> Trade:
    """The entry was filled, `volume` in lots. `NotFound`; `OutOfOrder` unless it was planned."""
    known = await _held(tx, id)
    if known.status != "planned":
        raise OutOfOrder(f"The trade is {known.status}; it was opened before.", trade_status=known.status)
    return await _moved(res, tx, known, rules.opened(known, at, price, volume, ticket, clock.now()))


async def close_trade(res: Resources, tx: Transaction, id: UUID, fill: Fill) -> Trade:
    """Close all or part. `NotFound`; `OutOfOrder` unless something is open."""
    known = await _held(tx, id)
    return await _moved(res, tx, known, rules.closed(known, fill, clock.now()))


async def end_plan(
    res: Resources, tx: Transaction, id: UUID, status: Unopened, reason: str | None = None
) -> Trade:
    """A plan is cancelled or expires. `NotFound`; `OutOfOrder` once it was opened."""
    known = await _held(tx, id)
    return await _moved(res, tx, known, rules.ended(known, status, reason, clock.now()))


async def sync_account(res: Resources, account_id: UUID) -> Synced:
    """Bring an account's trades up to what trading.deals says of it; saying it again changes nothing.

    `NotFound` for no such account, or one whose currency is not yet known.
    """
    async with res.db.transaction() as tx:
        await store.lock(tx, account_id)
        holder = await store.holder(tx, account_id)
        if holder is None or holder.currency is None:
            raise NotFound("No such account, or nothing is known of it yet.")
        whose = Whose(holder.user_id, account_id, holder.currency)
        books = ledger.build(await store.deals(tx, account_id), whose, clock.now())
        known = await store.of_account(tx, account_id)
        return await _synced(res, tx, books, known)


async def follow(res: Resources, tx: Transaction, whose: Whose, balance: int, tickets: list[str]) -> Synced:
    """Bring the trades of these tickets up to the account's deals, in the transaction that stored them.

    `balance` is the account's after all of its deals. A trade that one of our commands made knows its signal.
    """
    await store.lock(tx, whose.account_id)
    deals = await store.deals_since_entry(tx, whose.account_id, tickets)
    before = balance - sum(ledger.money(deal) for deal in deals)
    books = ledger.build(deals, whose, clock.now(), before)
    meant = await store.meant(tx, whose.user_id, list(ledger.commands(deals).values()))
    theirs = [ledger.with_order(each, deals, meant) for each in books.trades if each.ticket in tickets]
    orphans = [deal for deal in books.orphans if deal.ticket in tickets]
    known = await store.of_tickets(tx, whose.account_id, tickets)
    return await _synced(res, tx, Books(theirs, books.deposits, orphans), known)


async def _synced(res: Resources, tx: Transaction, books: Books, stored: list[Trade]) -> Synced:
    known = {(trade.ticket, trade.leg): trade for trade in stored}
    new = [trade for trade in books.trades if (trade.ticket, trade.leg) not in known]
    changed, refused = await _brought_up(res, tx, books.trades, known)
    await _add(tx, new)
    await _tell(res, tx, [(None, trade) for trade in new])
    return Synced(len(new), changed, refused, [deal.deal for deal in books.orphans])


async def _brought_up(
    res: Resources, tx: Transaction, trades: list[Trade], known: dict[tuple[str | None, int], Trade]
) -> tuple[int, list[str]]:
    changed, refused = 0, []
    for built in trades:
        if (before := known.get((built.ticket, built.leg))) is None:
            continue
        try:
            after = ledger.go_on(before, built)
        except OutOfOrder:
            refused.append(built.ticket or "")
            continue
        if after is not None:
            await _moved(res, tx, before, after)
            changed += 1
    return changed, refused


async def add_imported(tx: Transaction, trades: Sequence[Trade]) -> int:
    """Store trades of the past, without telling anybody; how many were new."""
    return await _add(tx, [replace(trade, source="import") for trade in trades])


async def add_equity_points(tx: Transaction, points: Sequence[EquityPoint]) -> int:
    """Store points; how many were new."""
    added = await store.add_equity(tx, points)
    _counted(tx, _points, [point.source for point in points if point.id in added])
    return len(added)


async def equity_of(res: Resources, user_id: UUID, account_id: UUID, since: datetime) -> list[Worth]:
    """What a person's account was worth, oldest first."""
    return (await store.equity(res.db, user_id, account_id, since, _MOST_POINTS))[::-1]


async def returns_of(res: Resources, user_id: UUID, account_id: UUID | None, since: datetime) -> list[float]:
    """What closed trades made, each in percent of the balance before it, oldest first."""
    rows = await store.returns(res.db, user_id, account_id, since, _MOST_POINTS)
    return [float(row.percent) for row in reversed(rows) if row.percent is not None]


async def log_validation(tx: Transaction, logs: Sequence[ValidationLog]) -> int:
    """Store what strategies made of setups; how many were new."""
    return len(await store.add_logs(tx, logs))


async def list_trades(res: Resources, user_id: UUID, query: TradeQuery) -> Page[TradeOut]:
    """A person's trades, newest first."""
    rows = [rules.shown(trade) for trade in await store.listed(res.db, user_id, query)]
    return page(rows, query.limit, [row.trade_id for row in rows])


async def get(res: Resources, user_id: UUID, id: UUID) -> TradeOut:
    """`NotFound` for what is not there, or another's."""
    trade = await store.get(res.db, user_id, id)
    if trade is None:
        raise NotFound("No such trade.")
    return rules.shown(trade)


async def _held(tx: Transaction, id: UUID) -> Trade:
    trade = await store.hold(tx, id)
    if trade is None:
        raise NotFound("No such trade.")
    return trade


async def _add(tx: Transaction, trades: Sequence[Trade]) -> int:
    if not trades:
        return 0
    added = await store.add(tx, trades)
    _counted(tx, _inserted, [trade.source for trade in trades if trade.id in added])
    return len(added)


def _counted(tx: Transaction, counter: Counter, sources: list[Source]) -> None:
    async def count() -> None:
        for source in sources:
            counter.labels(source).inc()

    tx.after_commit(f"count {uuid7()}", count)


async def _moved(res: Resources, tx: Transaction, known: Trade, after: Trade) -> Trade:
    if not await store.move(tx, after, rules.before(after.status)):
        raise OutOfOrder("The trade has moved on.")
    await _tell(res, tx, [(known.status, after)])
    return after


async def _tell(res: Resources, tx: Transaction, steps: list[tuple[Status | None, Trade]]) -> None:
    events = [
        Event(
            topics.trades.name(user_id=trade.user_id), kind, f"trade:{trade.id}", "system", rules.shown(trade)
        )
        for was, trade in steps
        for kind in rules.news(was, trade)
    ]
    if events:
        await outbox.append(tx, res.redis, events)
