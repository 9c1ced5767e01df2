"""Is the hub up, is it fast, is everybody told?"""

from panels import Dashboard, Panel

POLL = 'route!="/api/v1/client/poll"'
BUCKETS = f"sum by (le) (rate(request_duration_seconds_bucket{{{POLL}}}[$__rate_interval]))"
ROUTES = f"sum by (le, route) (rate(request_duration_seconds_bucket{{{POLL}}}[$__rate_interval]))"

API = Dashboard(
    "caerus-api",
    "Caerus: the hub",
    "Is it up, is it fast, is everybody told? docs/runbooks/observability.md says what each alert means.",
    "now-3h",
    (
        Panel(
            "Hubs that are ready",
            "Hubs whose database, Redis, relay and migrations are as they must be.",
            "none",
            (("ready", "sum(hub_ready)"),),
            warn=1,
            more_is_better=True,
            kind="stat",
        ),
        Panel(
            "Served in the last hour",
            "The share of requests that did not end in a 5xx. The objective is 99.5 %.",
            "percentunit",
            (("served", "caerus:http_availability:ratio1h"),),
            warn=0.995,
            more_is_better=True,
            kind="stat",
        ),
        Panel(
            "p99 of the last 5 minutes",
            "99 of 100 requests were faster. The long poll, which waits on purpose, is left out.",
            "s",
            (("p99", "caerus:request_duration_seconds:p99_5m"),),
            warn=0.5,
            kind="stat",
        ),
        Panel(
            "Oldest event in the outbox",
            "How long the oldest event has waited for the relay. Nothing is lost while it waits.",
            "s",
            (("age", "max(outbox_lag_seconds)"),),
            warn=30,
            kind="stat",
        ),
        Panel(
            "Requests by route",
            "Answered requests a second, by route template. `/api` and `unmatched` are addresses that do not exist.",
            "reqps",
            (("{{route}}", "sum by (route) (rate(http_requests_total[$__rate_interval]))"),),
        ),
        Panel(
            "Requests by status",
            "Answered requests a second, by HTTP status. 0 is a caller who went away before the answer.",
            "reqps",
            (("{{code}}", "sum by (code) (rate(http_requests_total[$__rate_interval]))"),),
        ),
        Panel(
            "Latency",
            "Percentiles of the time to answer, over all routes but the long poll.",
            "s",
            (
                ("p50", f"histogram_quantile(0.5, {BUCKETS})"),
                ("p95", f"histogram_quantile(0.95, {BUCKETS})"),
                ("p99", f"histogram_quantile(0.99, {BUCKETS})"),
            ),
            warn=0.5,
        ),
        Panel(
            "p99 by route",
            "Which route is slow.",
            "s",
            (("{{route}}", f"histogram_quantile(0.99, {ROUTES})"),),
            warn=0.5,
        ),
        Panel(
            "Requests that failed",
            "The share of requests that ended in a 5xx.",
            "percentunit",
            (("5xx", "caerus:http_errors:ratio5m"),),
            warn=0.05,
        ),
        Panel(
            "Problems by status",
            "Refusals a second (RFC 9457 documents), by HTTP status.",
            "cps",
            (("{{status}}", "sum by (status) (rate(errors_total[$__rate_interval]))"),),
        ),
        Panel(
            "Events that wait for the relay",
            "Committed events that are not on the bus yet.",
            "short",
            (("waiting", "max(outbox_events_waiting)"),),
            warn=1000,
        ),
        Panel(
            "Events read from the bus",
            "Events a second that each hub read, whether somebody here listens or not.",
            "cps",
            (("{{instance}}", "sum by (instance) (rate(ws_events_total[$__rate_interval]))"),),
        ),
        Panel(
            "Open sockets and parked polls",
            "Browsers on the stream and terminals in a long poll, now.",
            "short",
            (("sockets", "sum(dashboard_ws_clients_gauge)"), ("parked polls", "sum(longpoll_parked)")),
        ),
        Panel(
            "Sockets cut for slowness",
            "Sockets closed within 10 minutes because more than 1 MiB waited for them. They resume.",
            "short",
            (("{{instance}}", "sum by (instance) (increase(ws_slow_closed_total[10m]))"),),
            warn=10,
        ),
        Panel(
            "Sign-ins",
            "Sign-ins within 10 minutes, by result.",
            "short",
            (("{{result}}", "sum by (result) (increase(auth_login_total[10m]))"),),
            warn=50,
        ),
        Panel(
            "Held back by the limiter",
            "Requests refused with 429 within 10 minutes by route, and sign-ins made to wait after failures.",
            "short",
            (
                ("{{route}}", "sum by (route) (increase(ratelimit_block_total[10m]))"),
                ("sign-ins", "sum(increase(abuse_login_throttle_total[10m]))"),
            ),
            warn=100,
        ),
        Panel(
            "Log lines",
            "Lines a second by level. Errors are told by an alert.",
            "cps",
            (("{{level}}", "sum by (level) (rate(log_events_total[$__rate_interval]))"),),
        ),
        Panel(
            "Memory",
            "Resident memory of each hub process.",
            "bytes",
            (("{{instance}}", 'process_resident_memory_bytes{job="caerus-hub"}'),),
        ),
        Panel(
            "Processor",
            "Cores in use by each hub process; a process can use one.",
            "none",
            (("{{instance}}", 'rate(process_cpu_seconds_total{job="caerus-hub"}[$__rate_interval])'),),
            warn=0.9,
        ),
        Panel(
            "Audit entries",
            "Entries an hour in the append-only log, by action.",
            "short",
            (("{{action}}", "sum by (action) (increase(audit_events_total[1h]))"),),
        ),
    ),
)
