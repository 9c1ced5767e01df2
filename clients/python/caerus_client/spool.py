"""A durable queue of what a producer has to tell the hub, together with the producer's own checkpoint.

SQLite in WAL mode with `synchronous=FULL`: what `put` returned for survives kill -9 and a power cut (as far as the
disk keeps its word).
"""

import sqlite3
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from caerus_client.durable import DurableFile

Kind = Literal["signal", "cancel"]
Outcome = Literal["stored", "duplicate", "cancelled", "closed", "void", "refused"]

SCHEMA = """
create table if not exists items (
    id integer primary key autoincrement,
    kind text not null check (kind in ('signal', 'cancel')),
    key text not null,
    body blob not null,
    put_at real not null,
    state text not null default 'pending' check (state in ('pending', 'done', 'refused')),
    outcome text,
    signal_id text,
    attempts integer not null default 0,
    error text,
    unique (kind, key)
);
create index if not exists items_pending on items (id) where state = 'pending';
create table if not exists checkpoint (one integer primary key check (one = 1), body blob not null);
"""

# A cancel waits until the post of its signal is settled: only then is the hub's id known.
PENDING = """
select i.id, i.kind, i.key, i.body, i.put_at, i.attempts, s.signal_id
from items i left join items s on i.kind = 'cancel' and s.kind = 'signal' and s.key = i.key
where i.state = 'pending' and (s.id is null or s.state <> 'pending')
order by i.id limit ?
"""

UNSETTLED = """
select count(*) from items
where state = 'pending' and (?1 is null or id in (select value from json_each(?1)))
"""
FAILED = "update items set attempts = attempts + 1, error = ? where id = ?"
ENDED = "update items set state = ?, outcome = ?, signal_id = ?, error = ? where id = ?"


class NewItem(msgspec.Struct, frozen=True):
    """Something to send. `key` names the signal (its setup); a cancel carries the key of what it cancels."""

    kind: Kind
    key: str
    body: bytes


class Item(msgspec.Struct, frozen=True):
    """A queued item. `signal_id` is the hub's id of the signal a cancel refers to, None while there is none."""

    id: int
    kind: Kind
    key: str
    body: bytes
    put_at: float
    attempts: int
    signal_id: str | None


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What one attempt came to: an outcome ends the item, None leaves it pending with one failure more."""

    id: int
    outcome: Outcome | None
    signal_id: str | None = None
    error: str | None = None


def signal(key: str, body: Mapping[str, Any]) -> NewItem:
    """A signal to post; `body` is the contract's JSON object."""
    return NewItem("signal", key, msgspec.json.encode(body))


def cancel(key: str, reason: str) -> NewItem:
    """A cancel of the signal that was put under `key`."""
    return NewItem("cancel", key, msgspec.json.encode({"reason": reason}))


class Spool(DurableFile):
    """The queue. Methods block on the disk (call them from a thread where that matters) and are thread-safe."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path, SCHEMA)

    def put(self, items: Iterable[NewItem], checkpoint: bytes | None = None) -> list[int]:
        """Store all items and the checkpoint in one transaction, or nothing; return the ids of the new items.

        An item whose (kind, key) is already there is left as it was, so putting twice posts once.
        """
        with self.transaction() as db:
            rows = [(item.kind, item.key, item.body, time.time()) for item in items]
            ids = [found for row in rows for found in _insert(db, row)]
            if checkpoint is not None:
                db.execute("insert or replace into checkpoint (one, body) values (1, ?)", (checkpoint,))
            return ids

    def checkpoint(self) -> bytes | None:
        """The checkpoint of the last `put` that carried one."""
        found = self.rows("select body from checkpoint")
        return bytes(found[0][0]) if found else None

    def pending(self, limit: int = 1000) -> list[Item]:
        """The oldest items that may be sent now, in the order they were put."""
        return [Item(*row) for row in self.rows(PENDING, limit)]

    def settle(self, settlements: Sequence[Settlement]) -> None:
        """Write what many attempts came to, in one transaction."""
        with self.transaction() as db:
            for each in settlements:
                if each.outcome is None:
                    db.execute(FAILED, (each.error, each.id))
                else:
                    state = "refused" if each.outcome == "refused" else "done"
                    db.execute(ENDED, (state, each.outcome, each.signal_id, each.error, each.id))

    def done(self, item_id: int, outcome: Outcome, signal_id: str | None = None) -> None:
        """End an item. A signal's `signal_id` is kept for a later cancel."""
        self.settle([Settlement(id=item_id, outcome=outcome, signal_id=signal_id)])

    def failed(self, item_id: int, error: str) -> None:
        """Count one failed attempt; the item stays pending."""
        self.settle([Settlement(id=item_id, outcome=None, error=error)])

    def unsettled(self, ids: Collection[int] | None = None) -> int:
        """How many items (of these, or of all) still wait for an outcome."""
        chosen = None if ids is None else msgspec.json.encode(list(ids)).decode()
        return int(self.rows(UNSETTLED, chosen)[0][0])

    def refused(self, limit: int = 100) -> list[tuple[Item, str | None]]:
        """Parked items, newest first, each with the hub's problem."""
        query = (
            "select id, kind, key, body, put_at, attempts, signal_id, error from items"
            " where state = 'refused' order by id desc limit ?"
        )
        return [(Item(*row[:7]), row[7]) for row in self.rows(query, limit)]

    def totals(self) -> dict[str, int]:
        """Number of items by outcome; those without one count as `pending`."""
        query = "select coalesce(outcome, 'pending'), count(*) from items group by 1"
        return {str(outcome): int(count) for outcome, count in self.rows(query)}

    def prune(self, put_before: float) -> int:
        """Forget items ended well that were put before this Unix time; refused ones stay. Returns how many went."""
        with self.transaction() as db:
            return db.execute("delete from items where state = 'done' and put_at < ?", (put_before,)).rowcount


def _insert(db: sqlite3.Connection, row: tuple[str, str, bytes, float]) -> list[int]:
    query = (
        "insert into items (kind, key, body, put_at) values (?, ?, ?, ?) on conflict do nothing returning id"
    )
    return [int(found[0]) for found in db.execute(query, row)]
