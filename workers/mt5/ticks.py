"""A gateway's terminal as a source of ticks."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from hub.core.secrets import BadSecret, MissingSecret
from hub.market.candles.source import SourceAway
from hub.market.quotes.models import Tick
from hub.market.quotes.rules import tick_fault
from hub.trading.accounts.quoting import by_gateway
from workers.mt5.errors import MT5Error
from workers.mt5.session import SessionManager

_AT_ONCE = timedelta(hours=1)
"""Of one call: the terminal does one at a time, and orders are behind it."""
_EXACTLY = timedelta(0)


class TerminalTicks:
    """See `hub.market.quotes.source.TickSource`. It has the name under which looks through this terminal quote.

    `names` are the broker's of our instruments, where they are not the same.
    """

    def __init__(self, session: SessionManager, server: str, names: Mapping[str, str] | None = None) -> None:
        self._session, self._server = session, server
        self._names = dict(names or {})

    @property
    def name(self) -> str:
        return by_gateway(self._server)

    async def ticks(self, symbol: str, start: datetime, end: datetime) -> Sequence[Tick]:
        """As `TickSource` says; what is no price, as before a market's first, is left out."""
        found: list[Tick] = []
        while start < end:
            until = min(start + _AT_ONCE, end)
            found += await self._asked(self._names.get(symbol, symbol), start, until)
            start = until
        return found

    async def _asked(self, name: str, start: datetime, end: datetime) -> list[Tick]:
        try:
            await self._session.ensure_connected()
            given = await self._session.terminal.ticks(name, start, end)
        except (MT5Error, MissingSecret, BadSecret) as error:
            raise SourceAway(f"{type(error).__name__}: {error}") from error
        ticks = (Tick(each.at, each.bid, each.ask) for each in given)
        return [tick for tick in ticks if tick_fault(tick, end, _EXACTLY) is None]
