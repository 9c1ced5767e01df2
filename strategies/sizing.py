"""How many lots a trade risks."""

from __future__ import annotations

import math

from strategies.symbols import Symbol


def lots(
    balance: float, entry: float, stop: float, symbol: Symbol, risk: float, *, legacy_div100: bool = False
) -> float:
    """Lots that lose `risk` (a fraction) of `balance` when a trade from `entry` ends at `stop`.

    balance x risk / (points to the stop x tick value), rounded to the nearest volume step, then clamped
    to the symbol's least and greatest volume: a small account may therefore risk more than `risk`.
    `legacy_div100` restores the original's extra division. Raises ValueError for a balance or a
    distance that is not positive.
    """
    distance = symbol.points(abs(entry - stop))
    if not (balance > 0.0 and distance > 0.0 and math.isfinite(balance * distance)):
        raise ValueError(f"cannot size: balance {balance}, {distance} points to the stop")
    volume = balance * risk / (distance * symbol.tick_value)
    return clamp_volume(volume / 100.0 if legacy_div100 else volume, symbol)


def clamp_volume(volume: float, symbol: Symbol) -> float:
    """`volume` on the symbol's step and within its bounds."""
    decimals = max(0, -math.floor(math.log10(symbol.volume_step) + 1e-9))
    stepped = round(round(volume / symbol.volume_step) * symbol.volume_step, decimals + 2)
    return min(max(stepped, symbol.volume_min), symbol.volume_max)
