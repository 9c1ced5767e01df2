"""Whether the candle of a bar that has closed is late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from strategies.hours import DEFAULT_MARKET_TZ, session
from strategies.symbols import Symbol

HOUR = timedelta(hours=1)
_AHEAD = 24 * 14
"""No market is closed for longer, in hours."""


class BarTiming:
    """Told of the newest H1 bar now and then. Only a feed that was once on time can be late: a file of old bars is not.

    `window` is how long after a bar's close its candle may take. Holidays are not known: then it says late.
    """

    def __init__(self, symbol: Symbol, window: timedelta, zone: str = DEFAULT_MARKET_TZ) -> None:
        self._symbol, self._window, self._zone = symbol, window, zone
        self.newest: datetime | None = None
        self._live = False

    def saw(self, bar_time: int | None, now: datetime, slack: timedelta = timedelta(0)) -> None:
        """`bar_time` (Unix seconds) is when the newest bar opened; it may have come up to `slack` before `now`."""
        newest = None if bar_time is None else datetime.fromtimestamp(bar_time, UTC)
        if newest == self.newest or newest is None:
            return
        self.newest = newest
        if timedelta(0) <= now - (newest + HOUR) <= self._window + slack:
            self._live = True

    def late(self, now: datetime) -> bool:
        """Whether a bar after the newest has closed, longer ago than the window."""
        if not self._live or self.newest is None:
            return False
        due = self._next(self.newest)
        return due is not None and due + HOUR + self._window < now

    def _next(self, newest: datetime) -> datetime | None:
        """When the next bar opens: the next hour that the market is open."""
        hours = (newest + HOUR * n for n in range(1, _AHEAD + 1))
        return next((each for each in hours if session(self._symbol, each, zone=self._zone) == "open"), None)
