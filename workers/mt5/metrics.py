"""What the gateway counts. `mt5_uptime_seconds` is 0 while there is no session; `account` is the name in `MT5_ACCOUNTS`, or `main`."""

from prometheus_client import Counter, Gauge, Histogram

from hub.core.metrics import from_zero

connects = from_zero(
    Counter("mt5_connect_total", "Attempts to log in to a terminal", ["result"]),
    ("ok", "init_failed", "auth_failed", "disconnected", "circuit_open"),
)
reconnects = Counter("mt5_reconnects_total", "Sessions made anew after one was lost")
uptime = Gauge("mt5_uptime_seconds", "Age of the session, 0 without one", ["account"])
looks = from_zero(
    Counter("mt5_looks_total", "Looks at accounts that were asked for, by how they ended", ["result"]),
    ("ok", "failed", "other_account"),
)
look_seconds = Histogram(
    "mt5_look_seconds", "Time of a look at an account", buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30)
)
outcomes = from_zero(
    Counter("mt5_orders_total", "Orders handed in, by what is known of them at once", ["outcome"]),
    ("placed", "refused", "unknown", "absent"),
)
resolved = from_zero(
    Counter("mt5_orders_resolved_total", "Unknown outcomes that the broker's records proved", ["outcome"]),
    ("placed", "refused", "absent"),
)
commands = from_zero(
    Counter(
        "mt5_commands_total", "Commands by what became of them; put_off: nothing was done yet", ["result"]
    ),
    ("placed", "failed", "unknown", "closed", "refused", "put_off"),
)
