"""Whether the books of a replay balance: what the hub says of each account is what its broker says, to the cent."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from msgspec import Struct

from hub.core.resources import Resources
from hub.core.sql import Runs, Sql
from hub.identity.audit import service as audit
from hub.trading.paper import rules
from hub.trading.paper.settings import settings
from strategies.candles import Bar, Candles
from strategies.fills import Book
from strategies.orders import Order, OrderSide, OrderType
from strategies.symbols import Symbol
from workers.simulator.terminal import DEPOSIT, Terminal

sql = Sql("replay")


class AccountBooks(Struct, frozen=True):
    """Money in minor units. `strangers`: trades that know no signal. `attempts`: close commands that were sent."""

    id: UUID
    balance: int
    equity: int
    peak_equity: int
    floating: int
    booked: int
    realised: int
    closed: int
    open: int
    strangers: int
    closures: int
    closing: int
    attempts: int
    by_command: int
    approved: int
    copied: int


class PaperBooks(Struct, frozen=True):
    deposit: int
    balance: int
    realised: int
    closed: int
    taken: int
    commands: int


class PaperTrade(Struct, frozen=True):
    id: UUID
    side: OrderSide
    order_type: OrderType
    entry: Decimal
    stop: Decimal
    target: Decimal
    volume: Decimal
    placed_at: datetime
    profit: int | None


class Finding(Struct, frozen=True):
    reason: str
    times: int


class Check(Struct, frozen=True):
    """Two figures that must be the same."""

    of: str
    what: str
    found: int
    wanted: int

    @property
    def holds(self) -> bool:
        return self.found == self.wanted


class Outcome(Struct, frozen=True):
    """Of one account, for people to read."""

    of: str
    figures: AccountBooks


class Ledgers(Struct, frozen=True):
    """All checks, and what happened."""

    checks: list[Check]
    accounts: list[Outcome]
    paper: PaperBooks
    findings: dict[str, int]

    @property
    def balance(self) -> bool:
        return all(check.holds for check in self.checks)


async def ledgers(
    res: Resources, terminals: dict[str, tuple[UUID, Terminal]], paper: UUID, symbol: Symbol, candles: Candles
) -> Ledgers:
    """`terminals`: whose they are, by the name to show; the deposit of each is what it began with."""
    accounts, checks = list[Outcome](), list[Check]()
    for name, (user_id, terminal) in terminals.items():
        books = await sql.sure(res.db, AccountBooks, "books_of_account", user_id=user_id)
        accounts.append(Outcome(name, books))
        checks += of_account(name, books, terminal)
    on_paper = await sql.sure(res.db, PaperBooks, "paper_books", user_id=paper)
    checks += await _paper(res.db, on_paper, paper, symbol, candles)
    unknown = await sql.run(res.db, "unknowns")
    checks.append(Check("all", "outcomes that nobody knows", unknown, 0))
    verified = await audit.verify(res.db)
    checks.append(Check("audit log", "entries that do not follow", int(not isinstance(verified, int)), 0))
    found = await sql.many(res.db, Finding, "findings")
    return Ledgers(checks, accounts, on_paper, {each.reason: each.times for each in found})


def of_account(name: str, books: AccountBooks, terminal: Terminal) -> Iterator[Check]:
    by_command = sum(bool(trade.by_expert) for trade in terminal.closed())
    yield Check(name, "balance: the hub's, the terminal's", books.balance, _minor(terminal.balance))
    yield Check(name, "balance: deposit and deals", _minor(DEPOSIT) + books.booked, books.balance)
    yield Check(name, "balance: deposit and trades", _minor(DEPOSIT) + books.realised, books.balance)
    yield Check(name, "equity: the hub's, the terminal's", books.equity, _minor(terminal.equity))
    yield Check(name, "equity: balance and what floats", books.balance + books.floating, books.equity)
    yield Check(name, "closed trades: the hub's, the terminal's", books.closed, len(terminal.closed()))
    yield Check(name, "open trades: the hub's, the terminal's", books.open, len(terminal.holdings()))
    yield Check(name, "trades that know no signal", books.strangers, 0)
    yield Check(name, "closures that are not over", books.closing, 0)
    yield Check(name, "positions closed by command: the hub's, the terminal's", books.by_command, by_command)


async def _paper(db: Runs, books: PaperBooks, user_id: UUID, symbol: Symbol, candles: Candles) -> list[Check]:
    trades = await sql.many(db, PaperTrade, "paper_closed", user_id=user_id)
    alone = sum(_alone(trade, symbol, candles) for trade in trades)
    return [
        Check(
            "on paper", "balance: deposit and closed trades", books.deposit + books.realised, books.balance
        ),
        Check("on paper", "closed trades, each filled anew by itself", alone, books.realised),
        Check("on paper", "commands to a terminal", books.commands, 0),
    ]


def _alone(trade: PaperTrade, symbol: Symbol, candles: Candles) -> int:
    """What a trade makes in a book of its own, from the bar after it was placed."""
    book = Book(symbol, settings().spread_points, 0)
    entry, stop, target = float(trade.entry), float(trade.stop), float(trade.target)
    placed = int(trade.placed_at.timestamp())
    order = Order(
        str(trade.id),
        symbol.name,
        trade.side,
        trade.order_type,
        entry,
        stop,
        target,
        float(trade.volume),
        2**40,
    )
    book.place(order, placed)
    for bar in _bars(candles, placed):
        if made := [change.profit for change in rules.moved(book, [bar]) if change.state == "closed"]:
            return made[0]
    return 0


def _bars(candles: Candles, since: int) -> Iterator[Bar]:
    begin = int(candles.time.searchsorted(since))
    yield from candles[begin:]


def _minor(amount: float) -> int:
    return round(amount * 100)
