"""A virtual portfolio: begun, followed into by approvals, moved by candles, ended. Nothing here is live."""

from decimal import Decimal
from uuid import UUID

from hub.core import clock
from hub.core.db import Transaction
from hub.core.ids import uuid7
from hub.core.principal import Principal
from hub.core.problems import Conflict
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.trading.commands.models import Bounds
from hub.trading.paper import ledger, rules, store
from hub.trading.paper.ledger import Told
from hub.trading.paper.models import EnableIn, Portfolio
from hub.trading.paper.settings import settings
from hub.trading.signals.models import Held
from strategies.fills import Book

_AT_ONCE = 50


class AlreadyOn(Conflict):
    title = "Paper trading is on"


class NotOn(Conflict):
    title = "Paper trading is off"


async def enable(res: Resources, who: Principal, given: EnableIn, ip: str | None) -> Portfolio:
    """Begin a new portfolio; from now on approvals go to paper and to no terminal."""
    spread = settings().spread_points
    async with res.db.transaction() as tx:
        begun = await store.begin(tx, uuid7(), who.person, given, spread, clock.now())
        if begun is None:
            raise AlreadyOn("Turn paper trading off before you begin another portfolio.")
        await audit.record(tx, _entry("paper.enable", begun, who, ip))
    return begun


async def disable(res: Resources, who: Principal, ip: str | None) -> None:
    """End the portfolio: orders are withdrawn, positions closed at the last prices; approvals are live again."""
    now = clock.now()
    async with res.db.transaction() as tx:
        portfolio = await store.hold(tx, who.person)
        if portfolio is None:
            raise NotOn("There is no paper portfolio to end.")
        told = await ledger.catch_up(tx, portfolio) + await _emptied(tx, portfolio)
        await store.end(tx, portfolio.id, now)
        await audit.record(tx, _entry("paper.disable", portfolio, who, ip))
    ledger.count(told)


async def is_on(db: Runs, user_id: UUID) -> bool:
    """Whether what the person approves goes to paper."""
    newest = await store.newest(db, user_id)
    return newest is not None and newest.enabled


async def _emptied(tx: Transaction, portfolio: Portfolio) -> list[Told]:
    told: list[Told] = []
    for row in await store.books_of(tx, portfolio.id):
        book, at = Book.restore(row.snapshot), (await ledger.moment(tx, row.symbol)).at
        told += await ledger.apply(tx, portfolio, row.symbol, rules.ended(book, row.bid, at))
        await ledger.save(tx, portfolio, book, row.clock, row.bid)
    return told


async def follow(tx: Transaction, approval_id: UUID, user_id: UUID, signal: Held, bounds: Bounds) -> bool:
    """Take an approval into the person's paper portfolio; False when there is none, and the approval is live.

    The portfolio is held until the transaction ends: it cannot be turned off in between.
    """
    portfolio = await store.hold(tx, user_id)
    if portfolio is None:
        return False
    now, here, id = clock.now(), await ledger.moment(tx, signal.instrument), uuid7()
    refused = rules.refused(portfolio, signal, bounds)
    risk = settings().risk_per_trade
    lots = 0.0 if refused else rules.volume(portfolio.balance, signal, risk)
    await store.add_trade(tx, id, portfolio.id, approval_id, signal, Decimal(str(lots)), here.at, refused)
    if not refused:
        until = here.at + (min(signal.expires_at, bounds.valid_until or signal.expires_at) - now)
        row = await store.book_of(tx, portfolio.id, signal.instrument)
        book = Book.restore(row.snapshot) if row else rules.book(signal.instrument, portfolio.terms)
        book.place(rules.order(id, signal, lots, until), rules.placed(here.at))
        await ledger.save(tx, portfolio, book, row.clock if row else here.seen, row.bid if row else None)
    return True


async def withdraw(tx: Transaction, signal_id: UUID, symbol: str) -> None:
    """A signal was cancelled: what waits of it goes, once the bars of before are seen."""
    await store.withdraw(tx, signal_id, (await ledger.moment(tx, symbol)).at)


async def advance(res: Resources) -> int:
    """Move portfolios by the candles they have not seen; how many there were. Safe to repeat, and to be killed in."""
    async with res.db.transaction() as tx:
        due = await store.due(tx, settings().timeframe, _AT_ONCE)
        told = [each for portfolio in due for each in await ledger.catch_up(tx, portfolio)]
    ledger.count(told)
    return len(due)


def _entry(action: str, portfolio: Portfolio, who: Principal, ip: str | None) -> Entry:
    meta = {"deposit": portfolio.deposit, "balance": portfolio.balance, "fill_at": portfolio.fill_at}
    return Entry(action, f"paper:{portfolio.id}", who.role, who.user_id, ip, meta)
