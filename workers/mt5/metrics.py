"""What the gateway counts. `mt5_uptime_seconds` is 0 while there is no session."""

from prometheus_client import Counter, Gauge

from hub.core.metrics import from_zero

connects = from_zero(
    Counter("mt5_connect_total", "Attempts to log in to a terminal", ["result"]),
    ("ok", "init_failed", "auth_failed", "disconnected", "circuit_open"),
)
reconnects = Counter("mt5_reconnects_total", "Sessions made anew after one was lost")
uptime = Gauge("mt5_uptime_seconds", "Age of the session, 0 without one")
outcomes = from_zero(
    Counter("mt5_orders_total", "Orders handed in, by what is known of them at once", ["outcome"]),
    ("placed", "refused", "unknown", "absent"),
)
resolved = from_zero(
    Counter("mt5_orders_resolved_total", "Unknown outcomes that the broker's records proved", ["outcome"]),
    ("placed", "refused", "absent"),
)
