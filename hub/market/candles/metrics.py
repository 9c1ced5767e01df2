"""What sources of candles count, whoever asks them."""

from prometheus_client import Counter, Histogram

_FETCH = (0.00001, 0.00005, 0.00025, 0.001, 0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

fetched = Counter("candles_fetched_total", "Candles a source gave", ["symbol", "tf"])
seconds = Histogram(
    "fetch_duration_seconds", "Time one fetch took: a file, or one more candle of a feed", buckets=_FETCH
)
