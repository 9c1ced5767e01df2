"""Pictures: whole, bare of metadata, the same for the same figures, and what cannot be drawn is refused."""

import io
import math
import random
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from hub.core.problems import Invalid
from hub.insight.charts import render, rules
from hub.insight.charts.models import Chart, Equity, Histogram
from tests.insight.pictures import candlesticks, chunks, equity, size

HISTOGRAM = Histogram("Result per trade", [-1.0, 0.5, 3.25, 0.5], "R")
DRAWN: dict[str, Chart] = {
    "120 candles": candlesticks(120),
    "dark": candlesticks(120, theme="dark"),
    "500 candles": candlesticks(500),
    "one candle": candlesticks(1),
    "negative prices": candlesticks(60, start=-37.63),
    "a price that stands": candlesticks(
        3, opens=[5.0] * 3, highs=[5.0] * 3, lows=[5.0] * 3, closes=[5.0] * 3
    ),
    "100,000 candles": candlesticks(100_000),
    "equity": equity(300),
    "dark equity": equity(300, theme="dark"),
    "one equity": equity(1),
    "equity at zero": equity(4, values=[0.0] * 4),
    "100,000 points": equity(100_000),
    "tiny": equity(3, values=[1e-9, 2e-9, 1e-9]),
    "huge": equity(3, values=[-1e15, 1e15, 0.0]),
    "histogram": HISTOGRAM,
    "one value": Histogram("One", [2.0], "R"),
    "values that differ by nothing": Histogram("Near", [9e14, 9e14 + 0.25], "R"),
    "100,000 values": Histogram("Many", equity(100_000).values, "R", bins=200),
    "markup and a long title": equity(5, title="$x^2$ <b>\n\0" + "long " * 40, currency="US$_{D}"),
}


def drawn(chart: Chart) -> bytes:
    rules.check(chart)
    return render.png(chart)


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_is_whole_and_holds_nothing_but_itself(name: str) -> None:
    png = drawn(DRAWN[name])
    kinds = chunks(png)
    assert kinds[0] == "IHDR" and kinds[-1] == "IEND" and set(kinds) == {"IHDR", "IDAT", "IEND"}
    assert size(png) == (render.WIDTH, render.HEIGHT)
    assert 5_000 < len(png) < 200_000
    pixels = np.asarray(Image.open(io.BytesIO(png)))
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 20  # it is no blank sheet


def test_control_the_parser_sees_metadata() -> None:
    out, told = io.BytesIO(), PngInfo()
    told.add_text("Software", "somebody")
    Image.open(io.BytesIO(drawn(equity(3)))).save(out, "PNG", pnginfo=told, dpi=(200, 200))
    assert {"tEXt", "pHYs"} <= set(chunks(out.getvalue()))


def test_the_same_figures_are_the_same_bytes_also_in_another_process(tmp_path: Any) -> None:
    ours = [drawn(candlesticks(120)), drawn(equity(300)), drawn(HISTOGRAM)]
    assert ours == [drawn(candlesticks(120)), drawn(equity(300)), drawn(HISTOGRAM)]
    (tmp_path / "matplotlibrc").write_text("font.size: 30\naxes.facecolor: red\nlines.linewidth: 9\n")
    code = """
import sys
from hub.insight.charts import render
from tests.insight.test_render import HISTOGRAM, candlesticks, equity
for chart in (candlesticks(120), equity(300), HISTOGRAM):
    sys.stdout.buffer.write(render.png(chart))
"""
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env={"MATPLOTLIBRC": str(tmp_path)}
    )
    assert other.stdout == b"".join(ours)


def test_drawing_leaves_no_pyplot_and_no_style_behind() -> None:
    code = """
import sys, matplotlib
def style():  # to ask for the backend would choose one
    return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams if name != "backend"}
before = style()
from hub.insight.charts import render
from tests.insight.pictures import candlesticks
render.png(candlesticks(5))
assert "matplotlib.pyplot" not in sys.modules
assert style() == before
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_up_and_down_have_their_colours() -> None:
    up = candlesticks(1, opens=[1.0], lows=[1.0], highs=[2.0], closes=[2.0])
    down = candlesticks(1, opens=[2.0], lows=[1.0], highs=[2.0], closes=[1.0])
    red, green = (200, 50, 75), (15, 157, 118)
    for chart, there, absent in ((up, green, red), (down, red, green)):
        pixels = np.asarray(Image.open(io.BytesIO(drawn(chart)))).reshape(-1, 3)
        assert (pixels == there).all(axis=1).sum() > 1_000
        assert (pixels == absent).all(axis=1).sum() == 0


NAN = float("nan")
REFUSED: dict[str, Chart] = {
    "nothing": candlesticks(0),
    "no equity": equity(0),
    "no values": Histogram("None", [], "R"),
    "NaN": candlesticks(3, closes=[1.0, NAN, 1.0]),
    "infinity": equity(2, values=[1.0, math.inf]),
    "NaN value": Histogram("NaN", [NAN], "R"),
    "beyond any price": equity(1, values=[1e16]),
    "columns of other lengths": candlesticks(3, lows=[1.0]),
    "times that fall": equity(2, times=[2, 1]),
    "times that stand": equity(2, times=[1, 1]),
    "far too many": equity(1, times=[1] * 1_000_001),
    "a time that is none": equity(1, times=[10**14]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_drawn_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        rules.check(REFUSED[name])


@given(st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=40), st.sampled_from(["light", "dark"]))
@settings(max_examples=15, deadline=None)
def test_any_finite_figures_are_drawn(values: list[float], theme: Any) -> None:
    assert chunks(drawn(Equity("e", list(range(len(values))), values, "USD", theme)))[-1] == "IEND"
    assert chunks(drawn(Histogram("h", values, "R", theme=theme)))[-1] == "IEND"


@given(st.integers(2_001, 9_000), st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_thinning_keeps_both_ends_and_the_extremes(count: int, seed: int) -> None:
    draw = random.Random(seed)
    values = [draw.uniform(-1e6, 1e6) for _ in range(count)]
    small, _ = rules.reduced(Equity("e", list(range(len(values))), values, "USD"))
    assert isinstance(small, Equity) and len(small.values) <= rules.MOST_POINTS
    assert (small.values[0], small.values[-1]) == (values[0], values[-1])
    assert (min(small.values), max(small.values)) == (min(values), max(values))
    assert all(values[time] == value for time, value in zip(small.times, small.values, strict=True))


@pytest.mark.parametrize("count", [1, 359, 360, 361, 719, 721, 100_000])
def test_joined_candles_are_what_their_bars_were(count: int) -> None:
    whole = candlesticks(count)
    small, size_of = rules.reduced(whole)
    assert len(small.times) <= rules.MOST_CANDLES
    assert (small.opens[0], small.closes[-1]) == (whole.opens[0], whole.closes[-1])
    assert (max(small.highs), min(small.lows)) == (max(whole.highs), min(whole.lows))
    assert small.highs[-1] == max(whole.highs[-size_of:]) and small.opens[-1] == whole.opens[-size_of]


def test_a_key_changes_with_every_figure_and_with_the_renderer() -> None:
    charts = [
        candlesticks(5),
        candlesticks(6),
        candlesticks(5, theme="dark"),
        candlesticks(5, title="other"),
        candlesticks(5, digits=3),
        equity(5),
    ]
    keys = [rules.key(chart, "matplotlib 3") for chart in charts] + [rules.key(charts[0], "matplotlib 4")]
    assert len(set(keys)) == len(keys)
    assert rules.key(candlesticks(5), "matplotlib 3") == keys[0]


@pytest.mark.parametrize(
    ("header", "same"),
    [
        ('"a"', True),
        ('W/"a"', True),
        ('"b", "a"', True),
        ("*", True),
        ("", False),
        ('"b"', False),
        ("a", False),
    ],
)
def test_if_none_match(header: str, same: bool) -> None:
    assert rules.matches(header, '"a"') is same
