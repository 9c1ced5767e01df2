"""Prometheus metrics that belong to the machinery. A room declares its own beside its service."""

from collections.abc import Iterable
from itertools import product

from prometheus_client import Counter, Gauge, Histogram

_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

http_requests = Counter("http_requests_total", "Requests answered", ["route", "code"])
request_duration = Histogram("request_duration_seconds", "Time to answer", ["route"], buckets=_FAST)
errors = Counter("errors_total", "Problems answered", ["status"])
log_events = Counter("log_events_total", "Log lines written", ["level"])
ws_clients = Gauge("dashboard_ws_clients_gauge", "Open sockets")
ws_events = Counter("ws_events_total", "Events read from the bus")
ws_slow = Counter("ws_slow_closed_total", "Sockets closed because they could not keep up")
parked_polls = Gauge("longpoll_parked", "Long polls waiting now")


def from_zero(counter: Counter, *values: Iterable[str]) -> Counter:
    """Show every combination of these label values from the start: then the first event is an increase too."""
    for combination in product(*values):
        counter.labels(*combination)
    return counter
