"""Commands as the hub seals them, and what was acknowledged."""

from datetime import UTC, datetime, timedelta
from typing import Any

from strategies.symbols import symbol

GOLD = symbol("XAUUSD")


def soon(hours=100.0):
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


def buy(**changed):
    given = {
        "kind": "open", "signal_id": "s", "approval_id": "a", "instrument": "XAUUSD", "side": "buy",
        "order_type": "limit", "entry": "1990.00", "stop": "1980.00", "target": "2022.50", "volume": None,
        "issued_at": soon(0), "expires_at": soon(100), "bounds": None,
    }  # fmt: skip
    return {**given, **changed}


def cancel(opens):
    return {"kind": "cancel", "signal_id": "s", "approval_id": "a", "opens": opens, "reason": "New Setup"}


def facts(hub, command_id):
    """The acknowledgements of a command without what every one carries."""
    told = [ack for ack in hub.acks if ack["command_id"] == command_id]
    return [{name: value for name, value in ack.items() if name not in ("command_id", "at")} for ack in told]


def close(ticket: str) -> dict[str, Any]:
    """The plain text of a close."""
    place = {"server": "Demo-1", "login": "7", "symbol": "GOLD", "issued_at": "2026-01-05T10:00:00Z"}
    return {"kind": "close", "ticket": ticket, "reason": "drawdown"} | place
