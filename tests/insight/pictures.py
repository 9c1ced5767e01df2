"""Figures to draw, and what is in a PNG."""

import random
import struct
from typing import Any

from hub.insight.charts.models import Candlesticks, Equity

START = 1_764_000_000


def candlesticks(count: int, start: float = 4000.0, **changed: Any) -> Candlesticks:
    """A random walk, the same each time."""
    draw, price = random.Random(7), start
    rows = []
    for number in range(count):
        close = price + draw.gauss(0, 5)
        rows.append((START + 3600 * number, price, max(price, close) + 2, min(price, close) - 2, close))
        price = close
    times, opens, highs, lows, closes = (
        (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 5
    )
    whole: dict[str, Any] = {
        "title": "XAUUSD  H1",
        "times": times,
        "opens": opens,
        "highs": highs,
        "lows": lows,
        "closes": closes,
    }
    return Candlesticks(**(whole | changed))


def equity(count: int, **changed: Any) -> Equity:
    made = candlesticks(count)
    whole: dict[str, Any] = {"title": "Equity", "times": made.times, "values": made.closes, "currency": "USD"}
    return Equity(**(whole | changed))


def chunks(png: bytes) -> list[str]:
    """The types of a PNG's chunks, in order; nothing may follow the last."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.append(png[at + 4 : at + 8].decode())
        at += 12 + length
    assert at == len(png)
    return found


def size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height
