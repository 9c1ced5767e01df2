"""Real market data, read once for the session."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from strategies.candles import Candles

DATA = Path(__file__).parents[2].parent / "shared/data"
FILES = {
    "XAUUSD": "XAUUSD_H1_ejtrader_2012-2022_utc.csv.gz",
    "EURUSD": "EURUSD_H1_oanda_bidask_2007-2018_utc.csv.gz",
    "US500": "US500_H1_snowguru_2013-2023_utc.csv.gz",
}


def load(name: str) -> Candles:
    """Bid candles of one of the files that DATA/SOURCES.md describes."""
    path = DATA / FILES[name]
    if not path.exists():
        pytest.fail(f"{path} is missing: put the files named in tests/strategies/conftest.py into {DATA}")
    frame = pd.read_csv(path).rename(columns=lambda name: name.removeprefix("bid_").removeprefix("tick_"))
    time = pd.to_datetime(frame["time"], utc=True).dt.tz_localize(None).to_numpy("datetime64[s]")
    volume = frame["volume"] if "volume" in frame else pd.Series(np.zeros(len(frame)))
    prices = [frame[name].to_numpy(np.float64) for name in ("open", "high", "low", "close")]
    return Candles(time.astype(np.int64), *prices, volume.to_numpy(np.float64))


@pytest.fixture(scope="session")
def gold() -> Candles:
    return load("XAUUSD")


@pytest.fixture(scope="session")
def eurusd() -> Candles:
    return load("EURUSD")


@pytest.fixture(scope="session")
def us500() -> Candles:
    return load("US500")
