"""What a broker says of an instrument, and the instruments the strategies know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Symbol:
    """Contract terms. Volumes in lots; `tick_value` in account currency per lot and point.

    `stop_level_points` is the broker's own least distance of a stop from the entry; `calendar` names
    trading hours in `strategies.hours`; `currency` is what its price is in.
    """

    name: str
    digits: int
    point: float
    tick_value: float
    volume_min: float = 0.01
    volume_step: float = 0.01
    volume_max: float = 100.0
    stop_level_points: int = 0
    calendar: str = "fx"
    currency: str = "USD"

    def round(self, price: float) -> float:
        """`price` on the symbol's grid."""
        return round(price, self.digits)

    def text(self, price: float) -> str:
        """`price` as a decimal string with all of the symbol's digits."""
        return f"{price:.{self.digits}f}"

    def points(self, distance: float) -> float:
        """A price distance in points."""
        return distance / self.point

    def pips(self, distance: float) -> float:
        """A price distance in pips of ten points."""
        return distance / (self.point * 10.0)


SYMBOLS = {
    each.name: each
    for each in (
        Symbol("XAUUSD", digits=2, point=0.01, tick_value=1.0, calendar="metals"),
        Symbol("EURUSD", digits=5, point=0.00001, tick_value=1.0),
        Symbol("US500", digits=2, point=0.01, tick_value=0.01, calendar="index"),
    )
}
ALIASES = {"GOLD": "XAUUSD", "SPX500": "US500", "SP500": "US500"}


def symbol(name: str) -> Symbol:
    """The symbol called `name` or one of its aliases, whatever its case. Raises KeyError."""
    upper = name.upper()
    found = SYMBOLS.get(ALIASES.get(upper, upper))
    if found is None:
        raise KeyError(f"unknown symbol {name!r}; known are {', '.join([*SYMBOLS, *ALIASES])}")
    return found
