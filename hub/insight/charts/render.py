"""Charts as PNG: matplotlib without pyplot, on a canvas in memory.

1080 by 720 pixels, which a phone shows at a third of that. The bytes depend on nothing but the figures and
the libraries' versions, and hold nothing but the picture.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from hub.insight.charts import drawing, rules
from hub.insight.charts.drawing import COLOURS, Colours
from hub.insight.charts.models import Candlesticks, Chart, Equity, Histogram

WIDTH, HEIGHT, _DPI = 1080, 720, 200


def png(chart: Chart) -> bytes:
    """The picture of figures that `rules.check` let pass. One thread at a time."""
    small, joined = rules.reduced(chart)
    with _plain_style():
        figure = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI)
        canvas = FigureCanvasAgg(figure)
        colours = COLOURS[chart.theme]
        axes = _axes(figure, colours)
        subtitle = _draw(axes, small, joined, colours)
        _heading(figure, chart.title, subtitle, colours)
        canvas.draw()  # type: ignore[no-untyped-call]
        return _encoded(canvas)


@contextmanager
def _plain_style() -> Iterator[None]:
    """matplotlib's own defaults, whatever a file on this machine says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({"font.size": 9, "axes.unicode_minus": False, "text.parse_math": False})
        yield


def _axes(figure: Figure, colours: Colours) -> Axes:
    figure.set_facecolor(colours.paper)
    axes = figure.add_axes((0.03, 0.11, 0.81, 0.73))
    axes.set_facecolor(colours.paper)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(colours.grid)
    axes.yaxis.tick_right()
    axes.tick_params(length=0, labelsize=8.5, labelcolor=colours.ink_soft, pad=5)
    axes.grid(axis="y", color=colours.grid, linewidth=0.6)
    axes.set_axisbelow(True)
    return axes


def _draw(axes: Axes, chart: Chart, joined: int, colours: Colours) -> str:
    """Draw, and say in a few words what is to be seen."""
    match chart:
        case Candlesticks():
            return drawing.candles(axes, chart, joined, colours)
        case Equity():
            return drawing.equity(axes, chart, colours)
        case Histogram():
            return drawing.histogram(axes, chart, colours)


def _heading(figure: Figure, title: str, subtitle: str, colours: Colours) -> None:
    figure.text(
        0.03, 0.925, drawing.short(title, 44), color=colours.ink, size=12, weight="bold", va="baseline"
    )
    figure.text(0.03, 0.868, subtitle, color=colours.ink_soft, size=8.5, va="baseline")


def _encoded(canvas: FigureCanvasAgg) -> bytes:
    """IHDR, IDAT and IEND, nothing else: Pillow is given pixels alone."""
    pixels = canvas.buffer_rgba()  # type: ignore[no-untyped-call]
    image = Image.frombuffer("RGBA", canvas.get_width_height(), pixels, "raw", "RGBA", 0, 1)
    out = io.BytesIO()
    image.convert("RGB").save(out, "PNG", compress_level=6)
    return out.getvalue()
