"""The terminal's records: its book and every order it ever took, in one SQLite file."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from caerus_client.durable import DurableFile

from strategies.orders import OrderSide

TradeState = Literal["pending", "open", "closed", "cancelled", "expired"]

SCHEMA = """
create table if not exists account (
    one integer primary key check (one = 1),
    balance real not null,
    clock integer not null,
    bid real,
    book blob not null,
    history_since real not null
);
create table if not exists trades (
    ticket integer primary key autoincrement,
    comment text not null,
    state text not null default 'pending',
    volume real not null,
    placed_at integer not null,
    fill_price real,
    fill_volume real,
    close_price real,
    close_reason text,
    closed_at integer,
    profit real,
    side text,
    filled_at integer,
    by_expert integer
);
create index if not exists trades_comment on trades (comment);
"""
COLUMNS = (
    "ticket, comment, state, volume, placed_at, fill_price, fill_volume, close_price, close_reason, profit,"
    " closed_at, side, filled_at, by_expert"
)
ADDED = {"side": "text", "filled_at": "integer", "by_expert": "integer"}
"""Columns that files of before do not have; of their orders none is known."""
FIND = f"select {COLUMNS} from trades where comment = ? order by ticket"  # noqa: S608 - a constant
ONE = f"select {COLUMNS} from trades where ticket = ?"  # noqa: S608 - a constant
IN_STATE = f"select {COLUMNS} from trades where state = ? order by ticket"  # noqa: S608 - a constant
FILLED = f"select {COLUMNS} from trades where filled_at is not null order by ticket"  # noqa: S608 - a constant
ALL = f"select {COLUMNS} from trades order by ticket"  # noqa: S608 - a constant


Account = tuple[float, int, float | None, bytes, float]


@dataclass(frozen=True, slots=True)
class Trade:
    """One order from its placing to its end. `by_expert`: an EA closed it, not somebody by hand. Times in the terminal's clock, volume in lots, profit in account currency."""

    ticket: int
    comment: str
    state: TradeState
    volume: float
    placed_at: int
    fill_price: float | None
    fill_volume: float | None
    close_price: float | None
    close_reason: str | None
    profit: float | None
    closed_at: int | None
    side: OrderSide | None
    filled_at: int | None
    by_expert: int | None


class Trades(DurableFile):
    """The file; `:memory:` forgets with the process."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path, SCHEMA)
        known = {row[1] for row in self.rows("pragma table_info(trades)")}
        for name, kind in ADDED.items():
            if name not in known:
                self.rows(f"alter table trades add column {name} {kind}")

    def account(self) -> Account | None:
        """(balance, clock, bid, book, since when the history is complete), None in a new file."""
        found = self.rows("select balance, clock, bid, book, history_since from account")
        if not found:
            return None
        balance, clock, bid, book, since = found[0]
        return balance, clock, bid, book, since

    def find(self, comment: str) -> list[Trade]:
        """Every order with this comment, oldest first."""
        return [Trade(*row) for row in self.rows(FIND, comment)]

    def get(self, ticket: int) -> Trade | None:
        """The order with this ticket."""
        found = self.rows(ONE, ticket)
        return Trade(*found[0]) if found else None

    def in_state(self, state: TradeState) -> list[Trade]:
        """Every order that stands like this."""
        return [Trade(*row) for row in self.rows(IN_STATE, state)]

    def filled(self) -> list[Trade]:
        """Every order that became a position."""
        return [Trade(*row) for row in self.rows(FILLED)]

    def all(self) -> list[Trade]:
        """Every order there ever was."""
        return [Trade(*row) for row in self.rows(ALL)]


def open_account(db: sqlite3.Connection, balance: float, book: bytes, since: float) -> None:
    """The first row of a new file."""
    query = "insert into account (one, balance, clock, book, history_since) values (1, ?, 0, ?, ?)"
    db.execute(query, (balance, book, since))


def save_account(db: sqlite3.Connection, balance: float, clock: int, bid: float | None, book: bytes) -> None:
    """The account as it stands now."""
    db.execute("update account set balance = ?, clock = ?, bid = ?, book = ?", (balance, clock, bid, book))


def add_trade(db: sqlite3.Connection, comment: str, side: OrderSide, volume: float, placed_at: int) -> int:
    """A new order; its ticket."""
    query = "insert into trades (comment, side, volume, placed_at) values (?, ?, ?, ?) returning ticket"
    return int(db.execute(query, (comment, side, volume, placed_at)).fetchone()[0])


def change_trade(db: sqlite3.Connection, ticket: int, **values: Any) -> None:
    """Set columns of an order."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    db.execute(f"update trades set {assignments} where ticket = :ticket", {**values, "ticket": ticket})  # noqa: S608
