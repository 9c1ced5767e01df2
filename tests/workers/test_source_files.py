"""Parquet, and the real files where they are at hand."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from workers.source import BadCandles, load, read

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", None])
def test_parquet(tmp_path, zone):
    seconds = [1704153600 + 3600 * n for n in range(4)]
    moments = pa.array([s * 1_000_000 for s in seconds], pa.timestamp("us", zone))
    prices = {name: pa.array([1.5] * 4) for name in ("open", "high", "low", "close")}
    parquet.write_table(pa.table({"time": moments, **prices}), tmp_path / "x.parquet")
    if zone is None:
        with pytest.raises(BadCandles, match="zone"):
            load(tmp_path / "x.parquet")
    candles, report = load(tmp_path / "x.parquet", timezone=None if zone else "UTC")
    assert candles.time.tolist() == seconds
    assert candles.close.tolist() == [1.5] * 4
    assert report.timeframe == 3600


def test_parquet_with_epoch_seconds_and_holes(tmp_path):
    times = pa.array([1704153600, None, 1704160800, 1704164400], pa.int64())
    prices = {name: pa.array([1.5, 1.5, None, 1.5]) for name in ("open", "high", "low", "close")}
    parquet.write_table(pa.table({"time": times, **prices}), tmp_path / "x.parquet")
    candles, report = read(tmp_path / "x.parquet", timeframe=3600)
    assert len(candles) == 2
    assert [(bad.row, bad.reason) for bad in report.bad] == [
        (2, "the time is missing"),
        (3, "a number is missing"),
    ]


FILES = {
    "XAUUSD_H1_ejtrader_2012-2022_utc.csv.gz": (57_600, 3600, None),
    "US500_H1_snowguru_2013-2023_utc.csv.gz": (53_257, 3600, None),
    "EURUSD_H1_oanda_bidask_2007-2018_utc.csv.gz": (74_439, 3600, None),
    "XAUUSD_M1_oanda_bidask_2014-05_utc.csv.gz": (15_222, 60, None),
    "XAUUSD_M15_marcomunt_2024Q1_servertime.csv.gz": (5_864, 900, "Europe/Athens"),
}


@pytest.mark.parametrize("name", FILES)
def test_real_files_are_sound(name):
    assert DATA.is_dir(), f"real candles are read from {DATA}, which is not part of the repository"
    rows, timeframe, zone = FILES[name]
    candles, report = load(DATA / name, timezone=zone)
    assert (len(candles), report.timeframe, report.bad) == (rows, timeframe, ())
