"""What an EA checks against its own quote before it executes; no state, no I/O."""

from __future__ import annotations

from datetime import datetime

from caerus_client.models import OpenCommand

from strategies.orders import passive_entry
from strategies.symbols import Symbol
from workers.simulator.terminal import Quote


def working_price(command: OpenCommand, quote: Quote, symbol: Symbol) -> float:
    """The price at which the order would work now.

    A limit that the market has reached moves 10 points to the passive side, one it has not reached
    stays; a stop order that the market has passed, and a market order, meet the touch.
    """
    entry, sign = float(command.entry), 1.0 if command.side == "buy" else -1.0
    touch = quote.ask if command.side == "buy" else quote.bid
    if command.order_type == "limit":
        return symbol.round(passive_entry(entry, quote.bid, quote.ask, sign, symbol))
    passed = command.order_type == "market" or sign * (touch - entry) >= 0.0
    return symbol.round(touch) if passed else entry


def ends_at(command: OpenCommand) -> datetime:
    """When an order that waits is withdrawn: the consent was to a fill until then."""
    ends = datetime.fromisoformat(command.expires_at)
    until = None if command.bounds is None else command.bounds.valid_until
    return ends if until is None else min(ends, datetime.fromisoformat(until))


def other_account(command: OpenCommand, server: str, login: str) -> str | None:
    """Why a command is not for the account that the terminal is logged in to; None if it is, or is bound to none."""
    if not command.accounts:
        return None
    here = (server.lower(), login)
    if any((each.server.lower(), each.login) == here for each in command.accounts):
        return None
    named = f"{login} at {server}" if login else "no known account"
    return f"account: the terminal is logged in to {named}, the order is for another account"


def broken_bound(command: OpenCommand, quote: Quote, symbol: Symbol, now: datetime) -> str | None:
    """The consent bound that does not hold, with the figures; None if all hold.

    Drift is how far the working price is from the entry the person saw, spread the ask less the bid,
    both in points.
    """
    if datetime.fromisoformat(command.expires_at) <= now:
        return f"expires_at: the signal ended at {command.expires_at}"
    bounds = command.bounds
    if bounds is None:
        return None
    if bounds.valid_until is not None and datetime.fromisoformat(bounds.valid_until) <= now:
        return f"valid_until: the consent ended at {bounds.valid_until}"
    spread = symbol.points(quote.ask - quote.bid)
    drift = symbol.points(abs(working_price(command, quote, symbol) - float(command.entry)))
    if bounds.max_drift_points is not None and drift > bounds.max_drift_points + 1e-6:
        return f"max_drift_points: {drift:.1f} points against {bounds.max_drift_points:g}"
    if bounds.max_spread_points is not None and spread > bounds.max_spread_points + 1e-6:
        return f"max_spread_points: {spread:.1f} points against {bounds.max_spread_points:g}"
    return None
