"""Candles are counted by symbol and timeframe, and each fetch is timed."""

import gzip
from itertools import islice

import pytest

from strategies.symbols import symbol
from tests.metrics import here, moved
from tests.workers.test_source_files import DATA
from workers.source import BadCandles, Sample, fetch
from workers.source.metrics import metered, timeframe_name

NAMES = ("candles_fetched_total", "fetch_duration_seconds")


@pytest.mark.parametrize(
    ("name", "instrument", "key", "bars"),
    [
        ("US500_H1_snowguru_2013-2023_utc.csv.gz", "US500", "symbol=US500,tf=H1", 53_257),
        ("XAUUSD_M1_oanda_bidask_2014-05_utc.csv.gz", "GOLD", "symbol=XAUUSD,tf=M1", 15_222),
    ],
)
def test_a_file_is_one_fetch(name, instrument, key, bars):
    before = here()
    assert len(fetch(DATA / name, symbol(instrument))) == bars
    assert moved(before, *NAMES) == {
        f"candles_fetched_total{{{key}}}": bars,
        "fetch_duration_seconds_count": 1,
    }


def test_a_file_that_is_refused_gave_no_candles(tmp_path):
    with gzip.open(DATA / "XAUUSD_H1_ejtrader_2012-2022_utc.csv.gz", "rt") as file:
        rows = list(islice(file, 5))
    (tmp_path / "twice.csv").write_text("".join([*rows, rows[-1]]))
    before = here()
    with pytest.raises(BadCandles):
        fetch(tmp_path / "twice.csv", symbol("XAUUSD"))
    assert moved(before, *NAMES) == {"fetch_duration_seconds_count": 1}


def test_a_feed_is_counted_bar_by_bar_and_unchanged():
    before, seen = here(), []
    for bar in metered(Sample(), "XAUUSD", 3600):
        seen.append(bar)
        if len(seen) == 10:
            break
    assert seen == list(islice(Sample(), 10))
    assert moved(before, *NAMES) == {
        "candles_fetched_total{symbol=XAUUSD,tf=H1}": 10,
        "fetch_duration_seconds_count": 10,
    }
    assert list(metered(seen, "XAUUSD", 3600)) == seen


@pytest.mark.parametrize(
    ("seconds", "name"),
    [(60, "M1"), (900, "M15"), (3600, "H1"), (14_400, "H4"), (86_400, "D1"), (604_800, "W1"), (10, "S10")],
)
def test_timeframes_are_written_as_on_charts(seconds, name):
    assert timeframe_name(seconds) == name
