"""How many lots: exact, and always rounded down. What is too small for the broker is not traded."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from msgspec import Struct

from hub.trading.risk.models import Size, Verdict
from hub.trading.risk.rules import OK, WHOLE


class Terms(Struct, frozen=True):
    """A broker's terms of a symbol. `tick_value` is minor units a lot gains or loses in one tick, `margin` those it
    binds."""

    tick_size: Decimal
    tick_value: Decimal
    volume_min: Decimal
    volume_step: Decimal
    volume_max: Decimal
    margin: Decimal


class Sized(Struct, frozen=True):
    """Lots, what they lose at the stop and bind as margin (minor units, rounded up). 0 lots: the verdict says why."""

    volume: Decimal
    risk: int
    margin: int
    verdict: Verdict


def size(
    asked: Size, equity: int | None, free_margin: int | None, entry: Decimal, stop: Decimal, terms: Terms
) -> Sized:
    """The greatest volume that takes no more than was asked, on the broker's step, within its bounds.

    `all_in` and `fraction` spend free margin; `fixed_risk` spends equity at the stop, and no more margin than is
    free.
    """
    if fault := _fault(equity, free_margin, entry, stop, terms):
        return _nothing(fault)
    assert equity is not None and free_margin is not None
    loss = ticks(abs(entry - stop), terms.tick_size) * Fraction(terms.tick_value)
    lots = _affordable(asked, equity, free_margin, loss, Fraction(terms.margin))
    volume = on_step(min(lots, Fraction(terms.volume_max)), terms.volume_step)
    if volume < terms.volume_min:
        figures: dict[str, int | str] = {"volume": str(volume), "volume_min": str(terms.volume_min)}
        return _nothing(Verdict("block", "trade_too_small", figures))
    taken = Fraction(volume)
    return Sized(volume, _up(taken * loss), _up(taken * Fraction(terms.margin)), OK)


def _affordable(asked: Size, equity: int, free: int, loss: Fraction, margin: Fraction) -> Fraction:
    if asked.mode == "fixed_risk":
        return min(Fraction(equity * asked.bp, WHOLE) / loss, free / margin)
    share = WHOLE if asked.mode == "all_in" else asked.bp
    return Fraction(free * share, WHOLE) / margin


def ticks(distance: Decimal, tick_size: Decimal) -> int:
    """A price distance in whole ticks, rounded up: a loss is never thought smaller than it is."""
    return _up(Fraction(distance) / Fraction(tick_size))


def on_step(volume: Fraction | Decimal, step: Decimal) -> Decimal:
    """The greatest multiple of `step` that is not above `volume`."""
    return (Fraction(volume) // Fraction(step)) * step


def on_tick(price: Decimal, tick_size: Decimal) -> Decimal:
    """The greatest price on the broker's grid that is not above `price`."""
    return on_step(price, tick_size)


def _up(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


def _nothing(verdict: Verdict) -> Sized:
    return Sized(Decimal(0), 0, 0, verdict)


def _fault(equity: Any, free_margin: Any, entry: Decimal, stop: Decimal, terms: Terms) -> Verdict | None:
    prices = {"entry": entry, "stop": stop} | {name: getattr(terms, name) for name in Terms.__struct_fields__}
    wrong = [name for name, value in prices.items() if not (value.is_finite() and value > 0)]
    if wrong or entry == stop:
        return Verdict("unknown", "trade_unknown", {"wrong": ", ".join(wrong) or "entry is the stop"})
    if type(equity) is not int or equity <= 0 or type(free_margin) is not int:
        return Verdict("unknown", "equity_unknown", {"equity": str(equity), "free_margin": str(free_margin)})
    if free_margin <= 0:
        return Verdict("block", "exposure", {"free_margin": free_margin})
    return None
