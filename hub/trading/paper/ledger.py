"""A portfolio's books and what moves them: snapshot, trades and balance change in one transaction or not at all."""

from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct
from prometheus_client import Counter

from hub.core import clock
from hub.core.db import Transaction
from hub.core.metrics import from_zero
from hub.market.candles.models import Candle
from hub.trading.paper import rules, store
from hub.trading.paper.models import BookRow, Change, Portfolio, Withdrawn
from hub.trading.paper.settings import settings
from strategies.fills import Book
from strategies.symbols import SYMBOLS

_fills = from_zero(Counter("paper_fills_total", "Paper orders filled", ["symbol"]), SYMBOLS)
_pnl = from_zero(
    Counter("paper_pnl_total", "What closed paper trades made, in cents", ["result"]), ("gain", "loss")
)
_BARS = 500


class Told(Struct, frozen=True):
    """A change, and of which symbol."""

    symbol: str
    change: Change


class Moment(Struct, frozen=True):
    """When something happens to the orders of a symbol, and when the newest bar opened that was before it."""

    at: datetime
    seen: datetime


async def moment(tx: Transaction, symbol: str) -> Moment:
    """Now, by the clock that `PAPER_CLOCK` names."""
    now = clock.now()
    if settings().clock == "market" and (newest := await store.newest_bar(tx, symbol, settings().timeframe)):
        return Moment(newest + timedelta(seconds=rules.SECONDS[settings().timeframe]), newest)
    return Moment(now, now)


async def catch_up(tx: Transaction, portfolio: Portfolio) -> list[Told]:
    """Every book of a held portfolio sees every candle it has not seen; candles seen before change nothing."""
    return [
        told
        for row in await store.books_of(tx, portfolio.id)
        if row.working
        for told in await _caught_up(tx, portfolio, row)
    ]


async def _caught_up(tx: Transaction, portfolio: Portfolio, row: BookRow) -> list[Told]:
    gone, told = await store.withdrawn(tx, portfolio.id, row.symbol), list[Told]()
    while candles := await store.bars_after(tx, row.symbol, settings().timeframe, row.clock, _BARS):
        row, more = await _moved(tx, portfolio, row, candles, gone)
        told += more
    if gone:
        book = Book.restore(row.snapshot)
        changes = [change for each in gone for change in _withdraw(book, each)]
        told += await apply(tx, portfolio, row.symbol, changes)
        await save(tx, portfolio, book, row.clock, row.bid)
    return told


async def _moved(
    tx: Transaction, portfolio: Portfolio, row: BookRow, candles: list[Candle], gone: list[Withdrawn]
) -> tuple[BookRow, list[Told]]:
    book, bid = Book.restore(row.snapshot), row.bid
    changes: list[Change] = []
    for candle in candles:
        closed_at = candle.time + timedelta(seconds=rules.SECONDS[settings().timeframe])
        for each in gone:
            changes += _withdraw(book, each) if each.at < closed_at else []
        bar = rules.bar(candle, book.symbol, portfolio.terms)
        changes += rules.moved(book, [bar])
        bid = rules.price(bar.close, book.symbol)
    told = await apply(tx, portfolio, row.symbol, changes)
    return await save(tx, portfolio, book, candles[-1].time, bid), told


def _withdraw(book: Book, each: Withdrawn) -> list[Change]:
    return rules.withdrawn(book, [each.id], each.at)


async def apply(tx: Transaction, portfolio: Portfolio, symbol: str, changes: list[Change]) -> list[Told]:
    """Write changes down."""
    for change in changes:
        await store.apply(tx, change)
    if made := sum(change.profit for change in changes):
        await store.add_to_balance(tx, portfolio.id, made)
    return [Told(symbol, change) for change in changes]


async def save(
    tx: Transaction, portfolio: Portfolio, book: Book, seen: datetime, bid: Decimal | None
) -> BookRow:
    """Keep a book; one without orders is not moved until it has some."""
    working = bool(book.pending or book.positions)
    row = BookRow(book.symbol.name, book.snapshot(), seen, bid, working)
    await store.save_book(tx, portfolio.id, row)
    return row


def count(told: list[Told]) -> None:
    """After the commit."""
    for each in told:
        if each.change.state == "open":
            _fills.labels(each.symbol).inc()
        elif each.change.profit:
            _pnl.labels("gain" if each.change.profit > 0 else "loss").inc(abs(each.change.profit))
