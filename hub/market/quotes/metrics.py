"""What sources of quotes and ticks count."""

from typing import get_args

from prometheus_client import Counter

from hub.core.metrics import from_zero
from hub.market.quotes.rules import Fault

taken = from_zero(
    Counter("quotes_taken_total", "Quotes that terminals showed", ["result"]),
    ("new", "old", *get_args(Fault)),
)
fetched = Counter("ticks_fetched_total", "Ticks a source gave", ["symbol"])
