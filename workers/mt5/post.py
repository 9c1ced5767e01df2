"""What carrying out commands needs of one account: its terminal, sender and book, and the clock of its hub."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from caerus_client.models import Ack, AckStatus, OpenCommand
from caerus_client.times import rfc3339

from hub.core.secrets import BadSecret, MissingSecret
from hub.trading.accounts.gateways import Place
from workers.mt5.book import Book
from workers.mt5.errors import MT5Disconnected, MT5Error
from workers.mt5.fates import Fate, ended, standing
from workers.mt5.login import sure_of_account
from workers.mt5.marks import mark_of
from workers.mt5.models import AccountInfo, TerminalInfo
from workers.mt5.outcomes import Outcome
from workers.mt5.retcodes import Retcode
from workers.mt5.sender import Sender
from workers.mt5.session import SessionManager

AWAY = (MT5Error, MissingSecret, BadSecret)
"""The terminal cannot be used now."""
LONG_AGO = timedelta(days=30)
"""How far back records are read for what this gateway has not placed itself."""


class Post:
    """Raises what `AWAY` lists. `now` is the hub's time as well as it is known."""

    def __init__(
        self, place: Place, session: SessionManager, sender: Sender, book: Book, now: Callable[[], datetime]
    ) -> None:
        self.place, self.name, self.now = place, session.name, now
        self.terminal, self.sender, self.book = session.terminal, sender, book
        self._session = session

    async def ready(self) -> TerminalInfo:
        """With a session, on the account that it was made for. What it says need not be that it is connected."""
        await self._session.ensure_connected()
        found = await self._session.found()
        await self.account()
        return found

    async def connected(self) -> None:
        """The same, and connected: else it may show less than there is."""
        if not (await self.ready()).connected:
            raise MT5Disconnected("the terminal is not connected to its broker")

    async def account(self) -> AccountInfo:
        """`OtherAccount` if it is not ours."""
        found = await self.terminal.account()
        sure_of_account(found, self.place)
        return found

    async def find(self, command_id: str, issued: datetime | None = None) -> Fate | None:
        """What became of the order of that command, which was `issued` then if somebody knows. One that fills between two
        looks is in the history, which is last.
        """
        mark = mark_of(command_id)
        found = standing(mark, await self.terminal.positions(), await self.terminal.orders())
        if found is not None:
            return found
        begun = issued or await asyncio.to_thread(self.book.begun_at, command_id)
        since = begun or self.now() - LONG_AGO
        return ended(mark, await self.terminal.past_orders(since), await self.terminal.deals(since))

    def ack(self, command_id: str, status: AckStatus, **facts: Any) -> Ack:
        """Dated now."""
        return Ack(command_id=command_id, status=status, at=rfc3339(self.now()), **facts)

    def of_outcome(self, command_id: str, outcome: Outcome) -> Ack | None:
        """What the sender knows; None if nothing was handed in."""
        match outcome.state:
            case "absent":
                return None
            case "placed":
                ticket = outcome.position or outcome.order
                return self.ack(command_id, "placed", broker_ticket=str(ticket) if ticket else None)
            case "refused":
                return self.ack(
                    command_id, "failed", error=_why(outcome.retcode, "the broker rejected the order")
                )
        return self.ack(command_id, "unknown", error=_why(outcome.retcode, "the terminal gave no answer"))


def issued_at(command: OpenCommand, otherwise: datetime) -> datetime:
    """Before that nobody can have placed it."""
    try:
        return datetime.fromisoformat(command.issued_at)
    except ValueError:
        return otherwise


def _why(retcode: int, otherwise: str) -> str:
    """As `10019 no money`."""
    if retcode in Retcode.__members__.values():
        return f"{retcode} {Retcode(retcode).name.lower().replace('_', ' ')}"
    return str(retcode) if retcode else otherwise
