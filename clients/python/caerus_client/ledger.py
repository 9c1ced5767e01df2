"""What a device did with each command, written before it acts, and the acknowledgements it still owes.

A command is never executed twice: it is entered as `acting` before anything is done, so after a kill -9 it is found
in that state and its fate is looked up at the terminal instead of being tried again.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from caerus_client.durable import DurableFile
from caerus_client.models import Ack
from caerus_client.times import Now, utc_now

State = Literal["acting", "placed", "failed", "unknown", "closed", "refused"]

SCHEMA = """
create table if not exists commands (
    id text primary key,
    plain blob not null,
    begun_at real not null,
    state text not null
);
create table if not exists acks (
    id integer primary key autoincrement,
    command_id text not null references commands (id),
    body blob not null,
    state text not null default 'owed' check (state in ('owed', 'sent', 'refused')),
    problem text
);
create index if not exists acks_owed on acks (id) where state = 'owed';
"""


class Begun(msgspec.Struct, frozen=True):
    """A command that was begun: its id, its opened text, and when (UTC)."""

    id: str
    plain: bytes
    at: datetime


class OwedAck(msgspec.Struct, frozen=True):
    """An acknowledgement the hub has not confirmed yet."""

    id: int
    ack: Ack


class LedgerStore(Protocol):
    """Where a device keeps its dedupe state. Every method is durable when it returns."""

    def state(self, command_id: str) -> State | None:
        """How far the command got, None if it was never begun."""

    def in_state(self, state: State) -> list[Begun]:
        """The commands in that state, in the order they were begun."""

    def begin(self, command_id: str, plain: bytes) -> bool:
        """Enter the command as `acting`; False if it is there already, and must not be executed."""

    def forget(self, command_id: str) -> None:
        """Nothing was done of a command that is `acting`: it was never begun."""

    def record(self, ack: Ack) -> None:
        """Keep what came of a command, and owe the hub that acknowledgement."""

    def repeat(self, command_id: str) -> None:
        """Owe the command's acknowledgements again: the hub still lists it, so it never got them."""

    def acks(self, command_id: str) -> list[Ack]:
        """Everything that was recorded of a command, oldest first."""

    def owed(self, limit: int = 100) -> list[OwedAck]:
        """Acknowledgements to send, oldest first."""

    def sent(self, ack_id: int) -> None:
        """The hub confirmed it."""

    def refused(self, ack_id: int, problem: str) -> None:
        """The hub will never take it; kept with the hub's problem."""


class Ledger(DurableFile):
    """The ledger in a SQLite file."""

    def __init__(self, path: str | Path, now: Now = utc_now) -> None:
        super().__init__(path, SCHEMA)
        self._now = now

    def state(self, command_id: str) -> State | None:
        """See LedgerStore."""
        found = self.rows("select state from commands where id = ?", command_id)
        return found[0][0] if found else None

    def in_state(self, state: State) -> list[Begun]:
        """See LedgerStore."""
        found = self.rows("select id, plain, begun_at from commands where state = ? order by rowid", state)
        return [Begun(command_id, plain, datetime.fromtimestamp(at, UTC)) for command_id, plain, at in found]

    def begin(self, command_id: str, plain: bytes) -> bool:
        """See LedgerStore."""
        query = "insert into commands (id, plain, begun_at, state) values (?, ?, ?, 'acting') on conflict do nothing"
        with self.transaction() as db:
            return db.execute(query, (command_id, plain, self._now().timestamp())).rowcount == 1

    def forget(self, command_id: str) -> None:
        """See LedgerStore."""
        with self.transaction() as db:
            db.execute("delete from commands where id = ? and state = 'acting'", (command_id,))

    def record(self, ack: Ack) -> None:
        """See LedgerStore."""
        with self.transaction() as db:
            db.execute("update commands set state = ? where id = ?", (ack.status, ack.command_id))
            body = msgspec.json.encode(ack)
            db.execute("insert into acks (command_id, body) values (?, ?)", (ack.command_id, body))

    def repeat(self, command_id: str) -> None:
        """See LedgerStore."""
        query = "update acks set state = 'owed' where command_id = ? and state = 'sent'"
        with self.transaction() as db:
            db.execute(query, (command_id,))

    def acks(self, command_id: str) -> list[Ack]:
        """See LedgerStore."""
        found = self.rows("select body from acks where command_id = ? order by id", command_id)
        return [msgspec.json.decode(body, type=Ack) for (body,) in found]

    def owed(self, limit: int = 100) -> list[OwedAck]:
        """See LedgerStore."""
        found = self.rows("select id, body from acks where state = 'owed' order by id limit ?", limit)
        return [OwedAck(ack_id, msgspec.json.decode(body, type=Ack)) for ack_id, body in found]

    def sent(self, ack_id: int) -> None:
        """See LedgerStore."""
        with self.transaction() as db:
            db.execute("update acks set state = 'sent' where id = ?", (ack_id,))

    def refused(self, ack_id: int, problem: str) -> None:
        """See LedgerStore."""
        with self.transaction() as db:
            db.execute("update acks set state = 'refused', problem = ? where id = ?", (problem, ack_id))
