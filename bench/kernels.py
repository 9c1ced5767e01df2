"""Kernels beside `ta` and TA-Lib on 100,000 bars: `python -m bench.kernels`."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import talib
from ta.momentum import ROCIndicator, RSIIndicator, StochasticOscillator
from ta.trend import MACD, ADXIndicator, EMAIndicator, SMAIndicator
from ta.volatility import AverageTrueRange, BollingerBands

from bench.timing import interleaved, median_ratio, show
from strategies.kernels.adx import adx
from strategies.kernels.atr import atr
from strategies.kernels.bollinger import Bands, bollinger
from strategies.kernels.ema import ema
from strategies.kernels.extremes import rolling_max
from strategies.kernels.macd import Macd, macd
from strategies.kernels.roc import roc
from strategies.kernels.rsi import rsi
from strategies.kernels.sma import sma
from strategies.kernels.stochastic import Stochastic, stochastic

BARS = 100_000
ROUNDS, SLOW_ROUNDS = 41, 5
SLOW = {"atr", "adx"}
Call = Callable[[], object]


def gold_like(bars: int = BARS, seed: int = 7) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """A random walk on a grid of 0.01 with highs and lows around it."""
    random = np.random.default_rng(seed)
    close = np.round(1500.0 + np.cumsum(random.normal(0.0, 1.5, bars)) * 0.2, 2)
    reach = np.round(np.abs(random.normal(0.0, 1.5, (2, bars))), 2)
    return {"close": close, "high": close + reach[0], "low": close - reach[1]}


def contenders() -> dict[str, tuple[Call, Call, Call, Call]]:
    """For each indicator: ours, ours into arrays of the caller, `ta`, TA-Lib."""
    columns = gold_like()
    c, h, lo = columns["close"], columns["high"], columns["low"]
    sc, sh, sl = (pd.Series(columns[name]) for name in ("close", "high", "low"))
    one, three = np.empty(BARS), [np.empty(BARS) for _ in range(3)]
    into_macd, into_bands, into_stochastic = Macd(*three), Bands(*three), Stochastic(*three[:2])

    def ta_macd() -> object:
        peer = MACD(sc)
        return peer.macd(), peer.macd_signal(), peer.macd_diff()

    def ta_bands() -> object:
        peer = BollingerBands(sc)
        return peer.bollinger_mavg(), peer.bollinger_hband(), peer.bollinger_lband()

    def ta_stochastic() -> object:
        peer = StochasticOscillator(sh, sl, sc)
        return peer.stoch(), peer.stoch_signal()

    return {
        "rsi": (
            lambda: rsi(c),
            lambda: rsi(c, out=one),
            lambda: RSIIndicator(sc).rsi(),
            lambda: talib.RSI(c, 14),
        ),
        "ema": (
            lambda: ema(c, 20),
            lambda: ema(c, 20, out=one),
            lambda: EMAIndicator(sc, 20).ema_indicator(),
            lambda: talib.EMA(c, 20),
        ),
        "macd": (lambda: macd(c), lambda: macd(c, out=into_macd), ta_macd, lambda: talib.MACD(c)),
        "roc": (
            lambda: roc(c, 24),
            lambda: roc(c, 24, out=one),
            lambda: ROCIndicator(sc, 24).roc(),
            lambda: talib.ROC(c, 24),
        ),
        "sma": (
            lambda: sma(c, 20),
            lambda: sma(c, 20, out=one),
            lambda: SMAIndicator(sc, 20).sma_indicator(),
            lambda: talib.SMA(c, 20),
        ),
        "bollinger": (
            lambda: bollinger(c),
            lambda: bollinger(c, out=into_bands),
            ta_bands,
            lambda: talib.BBANDS(c, 20),
        ),
        "stochastic": (
            lambda: stochastic(h, lo, c),
            lambda: stochastic(h, lo, c, out=into_stochastic),
            ta_stochastic,
            lambda: talib.STOCHF(h, lo, c, 14, 3),
        ),
        "maximum 200": (
            lambda: rolling_max(h, 200),
            lambda: rolling_max(h, 200, out=one),
            lambda: sh.rolling(200).max(),
            lambda: talib.MAX(h, 200),
        ),
        "atr": (
            lambda: atr(h, lo, c),
            lambda: atr(h, lo, c, out=one),
            lambda: AverageTrueRange(sh, sl, sc).average_true_range(),
            lambda: talib.ATR(h, lo, c, 14),
        ),
        "adx": (
            lambda: adx(h, lo, c),
            lambda: adx(h, lo, c, out=one),
            lambda: ADXIndicator(sh, sl, sc).adx(),
            lambda: talib.ADX(h, lo, c, 14),
        ),
    }


def verdict(name: str, versus_ta: float, versus_talib: float) -> str:
    """Whether the figures meet what was set for `name`; empty where nothing was set."""
    if name in SLOW:
        return "met" if versus_ta >= 100.0 else "MISSED"
    if name in ("rsi", "ema", "macd"):
        return "met" if versus_ta >= 3.0 and versus_talib <= 1.2 else "MISSED"
    return ""


def measure(name: str, calls: tuple[Call, Call, Call, Call]) -> dict[str, Any]:
    """One row: nanoseconds a bar, and medians of the ratios within rounds."""
    names = ("ours", "out", "ta", "talib")
    seconds = interleaved(dict(zip(names, calls, strict=True)), SLOW_ROUNDS if name in SLOW else ROUNDS)
    nanoseconds = {each: statistics.median(seconds[each]) / BARS * 1e9 for each in names}
    versus_ta = median_ratio(seconds["ta"], seconds["ours"])
    versus_talib = median_ratio(seconds["ours"], seconds["talib"])
    return {
        "indicator": name,
        "ours ns/bar": nanoseconds["ours"],
        "ours, out= ns/bar": nanoseconds["out"],
        "ta ns/bar": nanoseconds["ta"],
        "TA-Lib ns/bar": nanoseconds["talib"],
        "ta / ours": versus_ta,
        "ours / TA-Lib": versus_talib,
        "out= / TA-Lib": median_ratio(seconds["out"], seconds["talib"]),
        "target": verdict(name, versus_ta, versus_talib),
    }


def run() -> list[dict[str, Any]]:
    """Rows of figures, one an indicator."""
    return [measure(name, calls) for name, calls in contenders().items()]


if __name__ == "__main__":
    show(f"Kernels on {BARS:,} bars, medians of interleaved rounds", run())
