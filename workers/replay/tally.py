"""What was lost, what was doubled: every stage is compared with the one before, item by item."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from hub.core.sql import Runs, Sql

sql = Sql("replay")


class StoredSignal(Struct, frozen=True):
    id: UUID
    time: datetime
    version: str
    status: str
    decision: str | None


class IssuedCommand(Struct, frozen=True):
    id: UUID
    signal_id: UUID
    kind: str
    status: str | None
    filled: bool
    close_reason: str | None


class Tally(Struct, frozen=True):
    """Counts along the way; `lost` and `doubled` name each stage, and must all be 0."""

    stored: int
    approved: int
    delivered: int
    acknowledged: int
    filled: int
    closed: int
    lost: dict[str, int]
    doubled: dict[str, int]

    @property
    def clean(self) -> bool:
        return not any(self.lost.values()) and not any(self.doubled.values())


async def tally(
    db: Runs,
    producer_id: str,
    user_id: UUID | None,
    keys: Iterable[tuple[datetime, str]],
    seen: dict[str, int],
    taken: Iterable[str],
    comments: Iterable[str],
) -> Tally:
    """`user_id`: whose approvals and commands. `keys`: (time, version) of the signals the trader queued. `seen`: how often the stream told of each signal.
    `taken`: ids of the commands the EA entered in its ledger. `comments`: of the orders the terminal placed (a command's id each). An open command that was
    taken back before the terminal fetched it need not be acknowledged; its cancel must be.
    """
    signals = await sql.many(db, StoredSignal, "stored_signals", producer_id=producer_id, user_id=user_id)
    commands = await sql.many(db, IssuedCommand, "issued_commands", producer_id=producer_id, user_id=user_id)
    opens = [command for command in commands if command.kind == "open"]
    placed, delivered = Counter(comments), set(taken)
    approved = {signal.id for signal in signals if signal.decision == "approved"}
    expected, stored = set(keys), Counter((signal.time, signal.version) for signal in signals)
    taken_back = {command.signal_id for command in commands if command.kind == "cancel"}
    due = [command for command in commands if command.kind == "cancel" or command.signal_id not in taken_back]
    offered = [command for command in opens if command.status is not None]
    return Tally(
        stored=len(signals),
        approved=len(approved),
        delivered=len({str(command.id) for command in opens} & delivered),
        acknowledged=len(offered),
        filled=sum(command.filled for command in opens),
        closed=sum(command.status == "closed" and command.filled for command in opens),
        lost={
            "queued, not stored": len(expected - stored.keys()),
            "stored, not on the stream": sum(str(signal.id) not in seen for signal in signals),
            "approved, no command": len(approved - {command.signal_id for command in opens}),
            "command not acknowledged": sum(command.status is None for command in due),
            "acknowledged, not delivered": sum(str(command.id) not in delivered for command in offered),
            "acknowledged, not at the terminal": sum(
                command.status in ("placed", "closed") and str(command.id) not in placed
                for command in offered
            ),
            "at the terminal, not acknowledged": len(
                placed.keys() - {str(command.id) for command in offered}
            ),
        },
        doubled={
            "stored twice": sum(stored.values()) - len(stored),
            "stored, never queued": len(stored.keys() - expected),
            "told twice": sum(count - 1 for count in seen.values()),
            "placed twice": sum(count - 1 for count in placed.values()),
            "commanded twice": len(opens) - len({command.signal_id for command in opens}),
        },
    )
