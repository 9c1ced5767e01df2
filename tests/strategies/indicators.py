"""Every kernel beside its counterpart in `ta`, and its step: the table the parity tests run over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from ta.momentum import ROCIndicator, RSIIndicator, StochasticOscillator
from ta.trend import MACD, ADXIndicator, EMAIndicator, SMAIndicator
from ta.volatility import AverageTrueRange, BollingerBands

from strategies.kernels.adx import adx, adx_state, adx_step
from strategies.kernels.atr import atr, atr_state, atr_step
from strategies.kernels.bollinger import bollinger, bollinger_state, bollinger_step
from strategies.kernels.ema import ema, ema_state, ema_step
from strategies.kernels.extremes import extreme_state, extreme_step, rolling_max, rolling_min
from strategies.kernels.macd import macd, macd_state, macd_step
from strategies.kernels.roc import roc, roc_state, roc_step
from strategies.kernels.rsi import rsi, rsi_state, rsi_step
from strategies.kernels.sma import sma, sma_state, sma_step
from strategies.kernels.stochastic import stochastic, stochastic_state, stochastic_step

Column = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Indicator:
    """`inputs` name the columns; `batch`, `peer` and `step` take them in that order."""

    inputs: tuple[str, ...]
    batch: Callable[..., Any]
    peer: Callable[..., Sequence[pd.Series]]
    state: Callable[[], Column]
    step: Callable[..., Any]
    tolerance: float = 0.0


def _macd(close: pd.Series) -> list[pd.Series]:
    peer = MACD(close)
    return [peer.macd(), peer.macd_signal(), peer.macd_diff()]


def _bollinger(close: pd.Series) -> list[pd.Series]:
    peer = BollingerBands(close)
    return [peer.bollinger_mavg(), peer.bollinger_hband(), peer.bollinger_lband()]


def _stochastic(high: pd.Series, low: pd.Series, close: pd.Series) -> list[pd.Series]:
    peer = StochasticOscillator(high, low, close)
    return [peer.stoch(), peer.stoch_signal()]


CLOSE, BARS = ("close",), ("high", "low", "close")
INDICATORS = {
    "rsi": Indicator(CLOSE, rsi, lambda x: [RSIIndicator(x).rsi()], rsi_state, rsi_step),
    "rsi 19": Indicator(
        CLOSE, lambda x: rsi(x, 19), lambda x: [RSIIndicator(x, 19).rsi()], lambda: rsi_state(19), rsi_step
    ),
    "roc": Indicator(
        CLOSE, lambda x: roc(x, 24), lambda x: [ROCIndicator(x, 24).roc()], lambda: roc_state(24), roc_step
    ),
    "ema": Indicator(
        CLOSE,
        lambda x: ema(x, 20),
        lambda x: [EMAIndicator(x, 20).ema_indicator()],
        lambda: ema_state(20),
        ema_step,
    ),
    "sma": Indicator(
        CLOSE,
        lambda x: sma(x, 20),
        lambda x: [SMAIndicator(x, 20).sma_indicator()],
        lambda: sma_state(20),
        sma_step,
    ),
    "macd": Indicator(CLOSE, macd, _macd, macd_state, macd_step),
    "bollinger": Indicator(CLOSE, bollinger, _bollinger, bollinger_state, bollinger_step),
    "stochastic": Indicator(BARS, stochastic, _stochastic, stochastic_state, stochastic_step),
    "atr": Indicator(
        BARS, atr, lambda h, lo, c: [AverageTrueRange(h, lo, c).average_true_range()], atr_state, atr_step
    ),
    "adx": Indicator(BARS, adx, lambda h, lo, c: [ADXIndicator(h, lo, c).adx()], adx_state, adx_step, 1e-12),
    "maximum": Indicator(
        ("high",),
        lambda x: rolling_max(x, 200),
        lambda x: [x.rolling(200).max()],
        lambda: extreme_state(200, highest=True),
        extreme_step,
    ),
    "minimum": Indicator(
        ("low",),
        lambda x: rolling_min(x, 200),
        lambda x: [x.rolling(200).min()],
        lambda: extreme_state(200, highest=False),
        extreme_step,
    ),
}


def columns(result: Any) -> list[Column]:
    """The result of a batch as a list of columns."""
    return list(result) if isinstance(result, tuple) else [result]


def stepped(indicator: Indicator, inputs: Sequence[Column]) -> list[Column]:
    """The columns a step gives bar by bar."""
    state = indicator.state()
    rows = [indicator.step(state, *row) for row in zip(*(column.tolist() for column in inputs), strict=True)]
    return list(np.asarray(rows, dtype=np.float64).reshape(len(rows), -1).T)
