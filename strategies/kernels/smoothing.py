"""Exponential smoothing with the arithmetic of pandas' `ewm(adjust=False)`, which `ta` builds on."""

from __future__ import annotations

import numpy as np

from strategies.kernels.jit import inline


@inline
def wilder_weight(window: float) -> float:
    """Wilder's 1/window after pandas' round trip through its centre of mass (one ulp off for some)."""
    alpha = 1.0 / window
    return 1.0 / (1.0 + (1.0 - alpha) / alpha)


@inline
def span_weight(window: float) -> float:
    """The weight 2 / (window + 1) of an exponential moving average, as pandas computes it."""
    return 1.0 / (1.0 + (window - 1.0) / 2.0)


@inline
def moved(mean: float, x: float, alpha: float) -> float:
    """The recursion itself; pandas' division by (1 - alpha) + alpha is exactly by 1.0 and dropped."""
    return (1.0 - alpha) * mean + alpha * x


@inline
def smooth(mean: float, x: float, alpha: float) -> float:
    """One step; an unchanged value is left alone, as in pandas, lest rounding move a flat line."""
    return mean if mean == x else moved(mean, x, alpha)


@inline
def smooth_gaps(mean: float, weight: float, x: float, alpha: float) -> tuple[float, float]:
    """The mean and the weight of the past after `x`; every NaN lets the past fade, the first x seeds.

    After a gap pandas gives x the weight alpha, but all that the past has lost where alpha is 1/2.
    """
    if x == x:
        if weight == 1.0:
            return (smooth(mean, x, alpha) if mean == mean else x), 1.0
        past = weight * (1.0 - alpha)
        present = 1.0 - past if alpha == 0.5 else alpha
        return (mean if mean == x else (past * mean + present * x) / (past + present)), 1.0
    return mean, (weight * (1.0 - alpha) if mean == mean else 1.0)


@inline
def defined(value: float, count: float, least: float) -> float:
    """`value` once `count` observations are at least `least`, else NaN."""
    return value if count >= least else np.nan
