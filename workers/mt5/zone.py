"""How far a broker's clock is from UTC: learned from quotes that are surely new, and remembered over restarts.

MetaTrader counts seconds in its broker's zone and says nowhere which that is. A quote tells it if it is of just now: an old one
(a weekend, a daily break) says another zone, and one that a terminal catches up with after an outage does too. So a zone
is believed when two changes of one symbol's quote in a row say it, neither of which skipped more time than passed here.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import structlog
from msgspec import Struct

log = structlog.get_logger("caerus.mt5")

_STEP = 1_800
"""No broker's zone is on a quarter of an hour."""
_NEAR = 600.0
"""So far from a step a quote may be by its own age and by a clock of ours that is wrong."""
_RECENT = 300.0
"""A quote that was looked at longer ago than this may have changed long ago."""
_SLACK = 5.0
_LEAST, _MOST = -12 * 3_600, 14 * 3_600
_KEPT = timedelta(days=4)
"""So long what is remembered is believed: over a weekend and a holiday, not over a summer."""
_PROVED = 60.0
_EVERY = 3_600.0


class Seen(Struct, frozen=True):
    """The newest quote of a symbol: its time in the broker's seconds, when it was first seen and last looked at
    (monotonic seconds), and the zone it said.
    """

    time: float
    since: float
    at: float
    says: int | None = None


class Kept(Struct, frozen=True):
    """As in the file."""

    offset: int
    at: datetime


class Zone:
    """`offset` is the broker's time less UTC, 0 before it is known. Used in the terminal's thread alone."""

    def __init__(self) -> None:
        self.offset, self.known = timedelta(0), False
        self._seen: dict[str, Seen] = {}
        self._file: Path | None = None
        self._began: float | None = None
        self._written = float("-inf")

    def keep_in(self, file: Path, now: datetime) -> None:
        """Believe what was written there within four days, and write there what is learned."""
        self._file = file
        try:
            kept = msgspec.json.decode(file.read_bytes(), type=Kept)
        except (OSError, msgspec.MsgspecError):
            return
        if timedelta(0) <= now - kept.at <= _KEPT and _LEAST <= kept.offset <= _MOST:
            self.offset, self.known = timedelta(seconds=kept.offset), True

    def learn(self, symbol: str, time: float, now: datetime, passed: float) -> None:
        """From a quote of that time in the broker's seconds, read `now`, at `passed` monotonic seconds."""
        before = self._seen.get(symbol)
        if before is None or passed - before.at > _RECENT or time < before.time:
            self._seen[symbol] = Seen(time, passed, passed)
        elif time == before.time:
            self._seen[symbol] = Seen(time, before.since, passed, before.says)
        else:
            live = time - before.time <= passed - before.since + _SLACK
            says = _zone(time - now.timestamp()) if live else None
            self._seen[symbol] = Seen(time, passed, passed, says)
            if says is not None and says == before.says:
                self._believe(timedelta(seconds=says), now, passed)

    def _believe(self, offset: timedelta, now: datetime, passed: float) -> None:
        if not self.known or offset != self.offset:
            log.info("mt5.zone", hours=offset / timedelta(hours=1))
            self._began, self._written = passed, float("-inf")
        self.offset, self.known = offset, True
        self._began = passed if self._began is None else self._began
        # not at once: a process that dies before it has shown what waited for the zone must wait for it again
        if passed - self._began >= _PROVED and passed - self._written >= _EVERY:
            self._write(Kept(int(offset.total_seconds()), now))
            self._written = passed

    def _write(self, kept: Kept) -> None:
        if self._file is None:
            return
        try:
            new = self._file.with_suffix(".new")
            new.write_bytes(msgspec.json.encode(kept))
            os.replace(new, self._file)
        except OSError as error:
            log.warning("mt5.zone_not_kept", reason=str(error))


def _zone(away: float) -> int | None:
    """In seconds, of a fresh quote whose time is so far from ours; None if it says none."""
    zone = round(away / _STEP) * _STEP
    return zone if abs(away - zone) <= _NEAR and _LEAST <= zone <= _MOST else None
