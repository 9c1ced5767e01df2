"""The marks of each chart: candles, a line, bars, and the axes they stand on."""

from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.ticker import FuncFormatter, MaxNLocator

from hub.insight.charts.models import Candlesticks, Equity, Histogram

_FEWEST = 14
"""A few candles are not wider than so many would be."""
_DAY = 86_400


class Colours(NamedTuple):
    """Rising and falling also differ in lightness, for those who cannot tell red from green."""

    paper: str
    ink: str
    ink_soft: str
    grid: str
    up: str
    down: str
    line: str


COLOURS = {
    "light": Colours("#ffffff", "#14181f", "#5a6472", "#e6e9ee", "#0f9d76", "#c8324b", "#2457d6"),
    "dark": Colours("#0f141b", "#f0f3f7", "#9aa6b5", "#232b36", "#2fd0a0", "#e0526a", "#6f9bff"),
}


def candles(axes: Axes, chart: Candlesticks, joined: int, colours: Colours) -> str:
    """Bars stand side by side: the hours in which a market is shut take no room."""
    count = len(chart.times)
    x = np.arange(count, dtype=float)
    opens, closes = np.array(chart.opens), np.array(chart.closes)
    lows, highs = np.array(chart.lows), np.array(chart.highs)
    tints = [colours.up if up else colours.down for up in closes >= opens]
    wicks = np.stack([np.column_stack([x, lows]), np.column_stack([x, highs])], axis=1)
    thin = 0.9 if count <= 200 else 0.6
    axes.add_collection(LineCollection(list(wicks), colors=tints, linewidths=thin))
    axes.add_collection(
        PolyCollection(_boxes(x, opens, closes), facecolors=tints, edgecolors=tints, linewidths=0.5)
    )
    half, middle = max(count + 1, _FEWEST) / 2, (count - 1) / 2
    _room(axes, (float(lows.min()), float(highs.max())), (middle - half, middle + half))
    _time_labels(axes, x, chart.times)
    last = chart.closes[-1]
    axes.axhline(last, color=colours.ink_soft, linewidth=0.6, linestyle=(0, (2, 3)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.{chart.digits}f}"))
    note = f"  ·  {joined} bars a candle" if joined > 1 else ""
    return f"Last {last:,.{chart.digits}f}  ·  {_span(chart.times)}{note}"


def _boxes(x: "np.ndarray", opens: "np.ndarray", closes: "np.ndarray") -> list["np.ndarray"]:
    left, right = x - 0.34, x + 0.34
    corners = ((left, opens), (left, closes), (right, closes), (right, opens))
    return list(np.stack([np.column_stack(corner) for corner in corners], axis=1))


def equity(axes: Axes, chart: Equity, colours: Colours) -> str:
    """A line over time, which runs evenly here: nights and weekends count."""
    x, y = np.array(chart.times, dtype=float), np.array(chart.values)
    first, last = chart.values[0], chart.values[-1]
    left, right = float(x[0]), float(x[-1])
    edge = max((right - left) * 0.02, 1.0)
    _room(axes, (float(y.min()), float(y.max())), (left - edge, right + edge))
    axes.axhline(first, color=colours.ink_soft, linewidth=0.6, linestyle=(0, (2, 3)))
    thin = 1.5 if len(x) <= 600 else 0.9
    axes.plot(x, y, color=colours.line, linewidth=thin, solid_joinstyle="round", solid_capstyle="round")
    axes.fill_between(x, y, axes.get_ylim()[0], color=colours.line, alpha=0.10, linewidth=0)
    axes.plot([right], [last], "o", color=colours.line, markersize=4)
    ticks = np.linspace(left, right, 101) if right > left else np.array([left])
    _time_labels(axes, ticks, [int(tick) for tick in ticks])
    axes.yaxis.set_major_formatter(FuncFormatter(_amount))
    return f"{_amount(last)} {short(chart.currency, 8)}  ·  {last - first:+,.2f}  ·  {_span(chart.times)}"


def histogram(axes: Axes, chart: Histogram, colours: Colours) -> str:
    """What is below zero has the colour of a loss."""
    values = np.array(chart.values)
    low, high = float(values.min()), float(values.max())
    if high - low <= max(abs(low), abs(high)) * 1e-9:  # less than a float tells apart, or an axis
        pad = abs(low) * 0.05 or 0.5
        low, high = low - pad, high + pad
    width = (high - low) / chart.bins
    # Whole widths from zero: no bar holds both gains and losses.
    edges = np.arange(np.floor(low / width), np.floor(high / width) + 2) * width
    counts, _ = np.histogram(values, bins=edges)
    middles = (edges[:-1] + edges[1:]) / 2
    tints = [colours.down if middle < 0 else colours.up for middle in middles]
    axes.bar(middles, counts, width=width * 0.9, color=tints, linewidth=0)
    axes.set_xlim(edges[0] - width / 2, edges[-1] + width / 2)
    axes.set_ylim(0, max(float(counts.max()), 1.0) * 1.08)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.xaxis.set_major_formatter(FuncFormatter(_amount))
    if low < 0 < high:
        axes.axvline(0, color=colours.ink_soft, linewidth=0.8)
    median = float(np.median(values))
    many = "value" if len(values) == 1 else "values"
    return f"{len(values):,} {many} in {short(chart.unit, 16)}  ·  median {_amount(median)}"


def short(text: str, most: int) -> str:
    """What fits on the line; nothing unprintable."""
    clean = "".join(char for char in text if char.isprintable())
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def _room(axes: Axes, y: tuple[float, float], x: tuple[float, float]) -> None:
    """Some air above and below; a series that never moves lies in the middle."""
    low, high = y
    pad = (high - low) * 0.06 or abs(high) * 0.01 or 1.0
    axes.set_xlim(*x)
    axes.set_ylim(low - pad, high + pad)
    axes.yaxis.set_major_locator(MaxNLocator(6))


def _time_labels(axes: Axes, x: "np.ndarray", times: list[int]) -> None:
    """Each label stands in the middle of its share of the axis, so that none sticks out or meets another."""
    texts = _texts(times)
    shares = 4 if len(texts[0]) > 8 else 5
    rows = np.unique(((np.arange(shares) + 0.5) / shares * (len(times) - 1)).round().astype(int))
    axes.set_xticks(x[rows], [texts[row] for row in rows])


def _texts(times: list[int]) -> list[str]:
    """As much of a time as tells these apart, in UTC."""
    span = times[-1] - times[0]
    pattern = "%H:%M" if 0 < span <= _DAY else "%d %b %H:%M" if span <= 6 * _DAY else "%d %b"
    return [_utc(time).strftime("%b %Y" if span > 300 * _DAY else pattern) for time in times]


def _span(times: list[int]) -> str:
    first, last = _utc(times[0]), _utc(times[-1])
    if first == last:
        return f"{last:%d %b %Y %H:%M} UTC"
    if times[-1] - times[0] <= 6 * _DAY:
        return f"{first:%d %b %H:%M} - {last:%d %b %H:%M %Y} UTC"
    return f"{first:%d %b %Y} - {last:%d %b %Y} UTC"


def _utc(time: int) -> datetime:
    return datetime.fromtimestamp(time, UTC)


def _amount(value: float, _: object = None) -> str:
    """With as many decimals as its size asks for."""
    digits = 0 if abs(value) >= 1_000 or value == int(value) else 2 if abs(value) >= 0.1 else 4
    return f"{value:,.{digits}f}"
