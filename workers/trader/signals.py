"""A strategy's order as the signal the hub takes."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from caerus_client.times import rfc3339

from strategies.fib_rsi import Setup
from strategies.orders import Order
from strategies.symbols import Symbol

VERSION_LENGTH = 128


def signal_body(
    setup: Setup, order: Order, symbol: Symbol, *, strategy: str, version: str, expires_at: datetime
) -> dict[str, Any]:
    """The body of POST /signals. `time` is the close of the decision bar; prices carry all of the symbol's digits.

    (instrument, time, version) is unique and the same however often the decision is made. Raises
    ValueError for an order without stop and target.
    """
    if order.stop is None or order.target is None:
        raise ValueError(f"order {order.id} has no stop or no target")
    return {
        "instrument": symbol.name,
        "side": order.side,
        "time": rfc3339(datetime.fromtimestamp(setup.decided_at, UTC)),
        "version": f"{version}:{setup.id}"[:VERSION_LENGTH],
        "payload": {
            "order_type": order.order_type,
            "entry": symbol.text(order.entry),
            "stop": symbol.text(order.stop),
            "target": symbol.text(order.target),
            "expires_at": rfc3339(expires_at),
            "strategy": strategy,
            "setup_id": setup.id,
            "features": {name: value for name, value in setup.features.items() if math.isfinite(value)},
        },
    }
