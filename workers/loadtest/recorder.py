"""Latencies of one kind: an HDR histogram, and what happened in each second.

A latency is counted from when the thing was meant to be sent, never from when a busy generator or a stalled
hub let it go: a stall is in the figures of everything that was due meanwhile (no coordinated omission).
"""

import time
from array import array
from itertools import pairwise

from hdrh.histogram import HdrHistogram
from msgspec import Struct

_MOST_US = 3_600_000_000
_DIGITS = 3
_QUANTILES = (0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.95, 99.99, 99.999, 100.0)


class Second(Struct, frozen=True):
    """What came in one second of the run; milliseconds."""

    at: int
    count: int
    p50: float
    p99: float
    max: float


class Stage(Struct, frozen=True):
    """One kind of latency, in milliseconds. `curve` is (percentile, value)."""

    name: str
    count: int
    p50: float
    p90: float
    p99: float
    p999: float
    max: float
    curve: list[tuple[float, float]]
    seconds: list[Second]
    encoded: str = ""
    """The histogram itself (HdrHistogram V2, microseconds), to be added to others."""


class Recorder:
    """Everything of one kind that was measured."""

    def __init__(self, name: str, began: float | None = None) -> None:
        """`began` (perf_counter) is where the first second of the run begins: now, if it is not given."""
        self.name, self.count = name, 0
        self._histogram = HdrHistogram(1, _MOST_US, _DIGITS)
        self._began = time.perf_counter() if began is None else began
        self._seconds: dict[int, array[float]] = {}

    def record(self, intended: float, now: float) -> None:
        """Something meant for `intended` was there at `now` (perf_counter)."""
        late = max(now - intended, 0.0)
        self.count += 1
        self._histogram.record_value(min(max(int(late * 1e6), 1), _MOST_US))
        second = int(now - self._began)
        if (kept := self._seconds.get(second)) is None:
            kept = self._seconds[second] = array("d")
        kept.append(late * 1000)

    def percentile(self, of_100: float) -> float:
        """In milliseconds."""
        if not self.count:
            return 0.0
        found: int = self._histogram.get_value_at_percentile(of_100)
        return found / 1000

    def stage(self) -> Stage:
        """What was found."""
        p50, p90, p99, p999, most = (round(self.percentile(q), 3) for q in (50, 90, 99, 99.9, 100))
        curve = [(q, round(self.percentile(q), 3)) for q in _QUANTILES if self.count]
        seconds = [_second(at, sorted(values)) for at, values in sorted(self._seconds.items())]
        text = self._histogram.encode().decode() if self.count else ""
        return Stage(self.name, self.count, p50, p90, p99, p999, most, curve, _whole(seconds), text)


def _second(at: int, ordered: list[float]) -> Second:
    def value(q: float) -> float:
        return round(ordered[min(int(len(ordered) * q), len(ordered) - 1)], 3)

    return Second(at, len(ordered), value(0.5), value(0.99), round(ordered[-1], 3))


def _whole(seconds: list[Second]) -> list[Second]:
    """Seconds in which nothing came are seconds, too."""
    filled: list[Second] = seconds[:1]
    for before, after in pairwise(seconds):
        filled += [Second(at, 0, 0, 0, 0) for at in range(before.at + 1, after.at)]
        filled.append(after)
    return filled
