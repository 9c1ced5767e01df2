"""A gateway's ledger of commands, and what carrying them out asks of it."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from caerus_client.ledger import Ledger
from caerus_client.times import Now, utc_now

from hub.trading.accounts.gateways import Place


class Book(Ledger):
    """Methods block on the disk. `token` tells this book from any other."""

    def __init__(self, path: str | Path, now: Now = utc_now) -> None:
        super().__init__(path, now)
        with self.transaction() as db:
            # what follows orders looks at these every second
            db.execute("create index if not exists commands_state on commands (state)")
            db.execute("create index if not exists acks_command on acks (command_id)")
            db.execute("create table if not exists book (token text not null)")
            new = "insert into book (token) select ? where not exists (select 1 from book)"
            db.execute(new, (token_hex(16),))
        self.token: str = self.rows("select token from book")[0][0]

    def withdrawn(self, command_id: str) -> bool:
        """Whether a command to take it back has come: then it is never placed, whatever comes in which order."""
        query = "select 1 from commands where json_extract(cast(plain as text), '$.opens') = ? limit 1"
        return bool(self.rows(query, command_id))

    def begun_at(self, command_id: str) -> datetime | None:
        """When it was begun; None if it never was."""
        found = self.rows("select begun_at from commands where id = ?", command_id)
        return datetime.fromtimestamp(found[0][0], UTC) if found else None

    def fill_told(self, command_id: str) -> bool:
        """Whether an acknowledgement of it has its fill."""
        return any(ack.fill_volume is not None for ack in self.acks(command_id))


def file_of(folder: Path, place: Place, device_id: str) -> Path:
    """Of one device on one account; its name tells nobody which."""
    name = hashlib.sha256(f"{place} {device_id}".encode()).hexdigest()[:16]
    return folder / f"{name}.commands.db"
