"""When a new bar has opened."""

from __future__ import annotations

from typing import Literal

CANDLE_CHECK_WINDOW = 60
Look = Literal["first", "same", "new", "late"]


class NewBar:
    """Tells each new bar once, from the opening times a terminal reports.

    A bar counts as new within `window` seconds of its opening, whichever of the two clocks is ahead;
    one seen later is "late": it is remembered, so that it is not told again, but nothing should be
    decided on it. The first look only initialises.
    """

    __slots__ = ("_opened", "window")

    def __init__(self, window: int = CANDLE_CHECK_WINDOW, *, opened: int | None = None) -> None:
        self.window = window
        self._opened = opened

    @property
    def opened(self) -> int | None:
        """Opening time of the newest bar seen (epoch seconds): give it to a new NewBar to resume."""
        return self._opened

    def look(self, opened: int, now: float) -> Look:
        """What the bar that opened at `opened` is at `now` (both epoch seconds)."""
        previous = self._opened
        if previous is not None and opened <= previous:
            return "same"
        self._opened = opened
        if previous is None:
            return "first"
        return "new" if abs(now - opened) <= self.window else "late"


def bar_open(time: float, timeframe: int) -> int:
    """Opening time of the bar that holds `time`, for a `timeframe` in seconds that divides a day."""
    return int(time // timeframe) * timeframe


def is_new_candle(timeframe: int, now: float, window: int = CANDLE_CHECK_WINDOW) -> bool:
    """Whether `now` (epoch seconds) lies within `window` seconds after a bar's opening."""
    return now - bar_open(now, timeframe) <= window
