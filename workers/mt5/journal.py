"""What was handed in, and what is known of it: one SQLite file that survives kill -9."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
from caerus_client.durable import DurableFile
from msgspec import Struct

from workers.mt5.marks import mark_of
from workers.mt5.models import OrderRequest
from workers.mt5.outcomes import UNKNOWN, Outcome, State

SCHEMA = """
create table if not exists orders (
    key text primary key,
    magic integer not null unique,
    request blob not null,
    attempt integer not null default 1,
    sent_at real not null,
    empty_at real,
    state text not null,
    outcome blob not null
);
create index if not exists orders_state on orders (state);
"""
_COLUMNS = "key, request, attempt, sent_at, empty_at, outcome"
_BY_KEY = f"select {_COLUMNS} from orders where key = ?"  # noqa: S608 - a constant
_BY_STATE = f"select {_COLUMNS} from orders where state = ? order by sent_at, key"  # noqa: S608 - a constant


class Entry(Struct, frozen=True):
    """`empty_at`: when the broker's records first showed nothing of it, after it had time to arrive."""

    key: str
    request: OrderRequest
    attempt: int
    sent_at: datetime
    empty_at: datetime | None
    outcome: Outcome


class Journal(DurableFile):
    """Methods block on the disk. An order is `unknown` from before it is sent until something is proven."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path, SCHEMA)

    def begin(self, key: str, request: OrderRequest, at: datetime, *, insist: bool = False) -> Entry | None:
        """Enter an attempt before it is sent; None if there may not be one, for `find` to explain.

        `insist`: whatever it was refused for.
        """
        with self.transaction() as db:
            row = db.execute(_BY_KEY, (key,)).fetchone()
            if row is None:
                query = "insert into orders (key, magic, request, sent_at, state, outcome) values (?, ?, ?, ?, ?, ?)"
                values = (mark_of(key).magic, *_packed(request, at), "unknown", _outcome(UNKNOWN))
                db.execute(query, (key, *values))
            elif _may_follow(_entry(row).outcome, insist):
                query = (
                    "update orders set request = ?, sent_at = ?, state = ?, outcome = ?,"
                    " attempt = attempt + 1, empty_at = null where key = ?"
                )
                db.execute(query, (*_packed(request, at), "unknown", _outcome(UNKNOWN), key))
            else:
                return None
            return _entry(db.execute(_BY_KEY, (key,)).fetchone())

    def record(self, entry: Entry, outcome: Outcome) -> None:
        """What is proven of an attempt. An earlier attempt than the newest is history and changes nothing."""
        with self.transaction() as db:
            query = (
                "update orders set state = ?, outcome = ? where key = ? and attempt = ? and state = 'unknown'"
            )
            db.execute(query, (outcome.state, _outcome(outcome), entry.key, entry.attempt))

    def empty(self, entry: Entry, at: datetime | None) -> None:
        """The records showed nothing of it, since `at`; None: that look does not count any more."""
        with self.transaction() as db:
            query = "update orders set empty_at = ? where key = ? and attempt = ?"
            db.execute(query, (at and at.timestamp(), entry.key, entry.attempt))

    def forget_looks(self) -> None:
        """After a failed look the next one is a first one."""
        with self.transaction() as db:
            db.execute("update orders set empty_at = null where state = 'unknown' and empty_at is not null")

    def find(self, key: str) -> Entry | None:
        rows = self.rows(_BY_KEY, key)
        return _entry(rows[0]) if rows else None

    def in_state(self, state: State) -> list[Entry]:
        """Oldest first."""
        return [_entry(row) for row in self.rows(_BY_STATE, state)]

    def owner(self, magic: int) -> str | None:
        """The key of the order with this magic number; None if it is not one of ours."""
        rows = self.rows("select key from orders where magic = ?", magic)
        return rows[0][0] if rows else None


def _may_follow(outcome: Outcome, insist: bool) -> bool:
    return outcome.may_be_sent or (insist and outcome.state == "refused")


def _packed(request: OrderRequest, at: datetime) -> tuple[bytes, float]:
    return msgspec.json.encode(request), at.timestamp()


def _outcome(outcome: Outcome) -> bytes:
    return msgspec.json.encode(outcome)


def _entry(row: tuple[str, bytes, int, float, float | None, bytes]) -> Entry:
    key, request, attempt, sent_at, empty_at, outcome = row
    return Entry(
        key,
        msgspec.json.decode(request, type=OrderRequest),
        attempt,
        datetime.fromtimestamp(sent_at, UTC),
        None if empty_at is None else datetime.fromtimestamp(empty_at, UTC),
        msgspec.json.decode(outcome, type=Outcome),
    )
