"""Findings put into words that a database keeps and a person reads."""

from typing import Any

from hub.trading.reconciliation.models import Account, Divergence, Finding, Intent, Position


def about(
    divergence: Divergence, account: Account, intent: Intent, position: Position | None = None, **detail: Any
) -> Finding:
    """A finding on an order of ours. Figures are decimal strings."""
    told = {name: value if isinstance(value, int | list) else str(value) for name, value in detail.items()}
    ticket = position.ticket if position else intent.ticket
    marks = ",".join(f"{name}={told[name]}" for name in sorted(told))
    return Finding(
        account.id,
        account.user_id,
        intent.signal_id,
        intent.command_id,
        ticket,
        _broker(position),
        _ours(intent),
        divergence in ("none", "slippage", "unknown_placed"),
        divergence,
        told,
        f"{divergence}:{intent.command_id}:{marks}",
    )


def stray(account: Account, position: Position) -> Finding:
    """A position that nobody here asked for: opened by hand, or by another program."""
    broker = _broker(position)
    mark = f"manual_trade:{position.ticket}"
    return Finding(
        account.id,
        account.user_id,
        None,
        None,
        position.ticket,
        broker,
        None,
        False,
        "manual_trade",
        {},
        mark,
    )


def _broker(position: Position | None) -> dict[str, Any] | None:
    if position is None:
        return None
    return {
        "ticket": position.ticket,
        "symbol": position.symbol,
        "side": position.side,
        "volume": str(position.volume),
        "open_price": str(position.open_price),
    }


def _ours(intent: Intent) -> dict[str, Any]:
    return {
        "instrument": intent.instrument,
        "side": intent.side,
        "entry": str(intent.entry),
        "status": intent.status,
        "fill_price": None if intent.fill_price is None else str(intent.fill_price),
        "fill_volume": None if intent.fill_volume is None else str(intent.fill_volume),
    }
