"""Endless synthetic H1 candles that look like gold, so that the product runs without anybody's data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from random import Random

from strategies.candles import Bar, Candles
from strategies.hours import session
from strategies.symbols import Symbol
from strategies.symbols import symbol as known_symbol

HOUR = 3600
GOLD = known_symbol("XAUUSD")
START = 1325462400
"""2012-01-02 00:00 UTC, a Monday."""
STEPS = 8
"""Price moves within a bar."""


@dataclass(frozen=True, slots=True)
class Regime:
    """A mood of the market: drift and size of a move within a bar as fractions of the price, mean length in bars."""

    drift: float
    size: float
    bars: int


REGIMES = (
    Regime(0.0, 0.00035, 60),
    Regime(0.00002, 0.0005, 20),
    Regime(-0.00002, 0.0005, 20),
    Regime(0.0, 0.0015, 8),
)


@dataclass(frozen=True, slots=True)
class Sample:
    """Bars of a random walk that changes regime and is pulled weakly to `anchor`.

    The same seed gives the same bars on every machine: only sums and products of uniform draws are used.
    There are no bars while the symbol's market is closed.
    """

    seed: int = 7
    symbol: Symbol = GOLD
    start: int = START
    anchor: float = 1800.0

    def __iter__(self) -> Iterator[Bar]:
        """Bars from `start` on, without end."""
        draw = Random(self.seed)
        price, regime, left = self.anchor, REGIMES[0], 0
        for time in self._openings():
            if left == 0:
                regime = draw.choice(REGIMES)
                left = draw.randint(regime.bars // 2, regime.bars * 3 // 2)
            left -= 1
            path = [price]
            for _ in range(STEPS):
                price *= 1.0 + regime.drift + regime.size * _normal(draw) + self._pull(price)
                path.append(price)
            yield self._bar(time, path, round(400 + 4e6 * regime.size * (0.5 + draw.random())))

    def candles(self, count: int) -> Candles:
        """The first `count` bars."""
        return Candles.from_bars(islice(self, count))

    def _openings(self) -> Iterator[int]:
        time = self.start
        while True:
            if session(self.symbol, datetime.fromtimestamp(time, UTC)) == "open":
                yield time
            time += HOUR

    def _pull(self, price: float) -> float:
        return -0.00002 * (price / self.anchor - 1.0)

    def _bar(self, time: int, path: list[float], volume: int) -> Bar:
        prices = [self.symbol.round(price) for price in path]
        return Bar(time, prices[0], max(prices), min(prices), prices[-1], float(volume))


def _normal(draw: Random) -> float:
    """Nearly normal, mean 0, variance 1: a sum of uniforms, so no library's logarithm decides a price."""
    return sum(draw.random() for _ in range(6)) * 1.4142135623730951 - 4.242640687119286
