"""From a setup to an order a broker takes: side of the market, rounding, least distance, ratio, expiry."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from strategies.fib_rsi.params import HOUR, FibRsiParams
from strategies.fib_rsi.setup import Setup
from strategies.sizing import lots
from strategies.symbols import Symbol

OrderSide = Literal["buy", "sell"]
OrderType = Literal["limit", "stop", "market"]
Refusal = Literal["quote", "prices", "stop_side", "target_side", "reward_to_risk"]
LIMIT_OFFSET_POINTS = 10


@dataclass(frozen=True, slots=True)
class Order:
    """What is sent to a broker. Prices on the symbol's grid, volume in lots, `expires` epoch seconds."""

    id: str
    symbol: str
    side: OrderSide
    order_type: OrderType
    entry: float
    stop: float | None
    target: float | None
    volume: float
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why no order was built."""

    reason: Refusal


def build_order(
    setup: Setup,
    bid: float,
    ask: float,
    symbol: Symbol,
    params: FibRsiParams,
    *,
    balance: float | None = None,
) -> Order | Rejected:
    """The limit order of `setup` at a quote, or why there is none.

    1. Prices are rounded to the symbol's digits.
    2. A buy limit at or above the ask moves to ask - 10 points, a sell limit at or below the bid to
       bid + 10 points; stop and target stay.
    3. A stop on the wrong side of the entry is rejected; one nearer than the least distance (the
       greater of `params.min_stop_distance_points` and the broker's stop level) moves to exactly that
       distance, and then the target moves out, if it must, to keep the ratio. A target that is too
       near moves likewise, one on the wrong side is rejected.
    4. Reward / risk must be at least `params.rr_ratio`. Rounding moves each price by up to half a point,
       so a shortfall of up to (1 + ratio) points of reward is rounding and passes.
    5. It expires `params.order_expiry_hours` after the decision.

    The volume comes from the setup's own distance and `balance`, or is the least one without a balance.
    """
    if not 0.0 < bid <= ask:
        return Rejected("quote")
    if not all(price > 0.0 for price in (setup.entry, setup.stop, setup.target)):
        return Rejected("prices")
    sign = 1.0 if setup.side == "long" else -1.0
    entry = symbol.round(passive_entry(symbol.round(setup.entry), bid, ask, sign, symbol))
    least = max(params.min_stop_distance_points, symbol.stop_level_points)
    protected = protect(entry, setup.stop, setup.target, sign, least, params.rr_ratio, symbol)
    if isinstance(protected, Rejected):
        return protected
    stop, target = protected
    return Order(
        id=setup.order_id,
        symbol=symbol.name,
        side="buy" if sign > 0.0 else "sell",
        order_type="limit",
        entry=entry,
        stop=stop,
        target=target,
        volume=_volume(setup, balance, symbol, params),
        expires=setup.decided_at + params.order_expiry_hours * HOUR,
    )


def passive_entry(entry: float, bid: float, ask: float, sign: float, symbol: Symbol) -> float:
    """A limit price on the passive side of the quote; `sign` is +1 to buy, -1 to sell."""
    touch = ask if sign > 0.0 else bid
    at_market = sign * (entry - touch) >= 0.0
    return touch - sign * LIMIT_OFFSET_POINTS * symbol.point if at_market else entry


def protect(
    entry: float, stop: float, target: float, sign: float, least: int, ratio: float, symbol: Symbol
) -> tuple[float, float] | Rejected:
    """Stop and target on the grid, at least `least` points away and in ratio; see `build_order`."""
    risk = _grid_points(sign * (entry - symbol.round(stop)), symbol)
    reward = _grid_points(sign * (symbol.round(target) - entry), symbol)
    if risk <= 0:
        return Rejected("stop_side")
    if reward <= 0:
        return Rejected("target_side")
    if risk < least:
        risk, reward = least, max(reward, math.ceil(ratio * least))
    reward = max(reward, least)
    if reward + 1.0 + ratio < ratio * risk:
        return Rejected("reward_to_risk")
    return (
        symbol.round(entry - sign * risk * symbol.point),
        symbol.round(entry + sign * reward * symbol.point),
    )


def _grid_points(distance: float, symbol: Symbol) -> int:
    return round(symbol.points(distance))


def _volume(setup: Setup, balance: float | None, symbol: Symbol, params: FibRsiParams) -> float:
    if balance is None:
        return symbol.volume_min
    return lots(
        balance,
        setup.entry,
        setup.stop,
        symbol,
        params.risk_per_trade,
        legacy_div100=params.legacy_div100,
    )
