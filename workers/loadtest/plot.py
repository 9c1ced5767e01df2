"""Line charts as inline SVG; colours are the page's, so that they fit light and dark."""

import math
from collections.abc import Callable, Sequence
from html import escape

from msgspec import Struct

WIDTH, HEIGHT = 760, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 32, 12, 40

Scale = Callable[[float], float]
Tick = tuple[float, str]


class Series(Struct, frozen=True):
    """`colour` is 1 to 6; each point may say something when it is pointed at."""

    name: str
    colour: int
    points: Sequence[tuple[float, float]]
    says: Sequence[str] = ()


class Axis(Struct, frozen=True):
    """Where values lie between 0 and 1, and what is written there."""

    title: str
    scale: Scale
    ticks: Sequence[Tick]


def chart(title: str, x: Axis, y: Axis, lines: Sequence[Series], *, limit: float | None = None) -> str:
    """An `<svg>`; `limit` is drawn as a line across."""
    parts = [*(_grid_y(y, tick) for tick in y.ticks), *(_tick_x(x, tick) for tick in x.ticks)]
    if limit is not None and 0 <= y.scale(limit) <= 1:
        at = _y(y, limit)
        parts.append(f'<line class="limit" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text class="limit" x="{_LEFT + 6}" y="{at - 5:.1f}">limit</text>')
    parts += [_line(line, x, y) for line in lines]
    middle = (_LEFT + WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle:.0f}" y="{HEIGHT - 4}" text-anchor="middle">{escape(x.title)}</text>')
    parts.append(
        f'<text transform="translate(12 {HEIGHT / 2 - 12:.0f}) rotate(-90)" text-anchor="middle">{escape(y.title)}</text>'
    )
    inside = "".join(parts)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">{inside}</svg>'


def _x(axis: Axis, value: float) -> float:
    return _LEFT + axis.scale(value) * (WIDTH - _LEFT - _RIGHT)


def _y(axis: Axis, value: float) -> float:
    return HEIGHT - _BOTTOM - axis.scale(value) * (HEIGHT - _TOP - _BOTTOM)


def _grid_y(axis: Axis, tick: Tick) -> str:
    at = _y(axis, tick[0])
    line = f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
    return line + f'<text x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{escape(tick[1])}</text>'


def _tick_x(axis: Axis, tick: Tick) -> str:
    at, base = _x(axis, tick[0]), HEIGHT - _BOTTOM
    return f'<text x="{at:.1f}" y="{base + 17}" text-anchor="middle">{escape(tick[1])}</text>'


def _line(line: Series, x: Axis, y: Axis) -> str:
    at = [(_x(x, a), _y(y, b)) for a, b in line.points]
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in at)
    drawn = f'<polyline class="series" points="{path}" style="stroke:var(--s{line.colour})"/>'
    dots = "".join(
        f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{3 if len(at) <= 60 else 2}" style="fill:var(--s{line.colour})">'
        f"<title>{escape(line.name)}: {escape(text)}</title></circle>"
        for (a, b), text in zip(at, line.says, strict=False)
    )
    return drawn + dots


def nines(most: float) -> Axis:
    """Percentiles, each nine as wide as the one before: the tail is what matters."""
    top = -math.log10(1 - min(most, 99.999) / 100)

    def scale(q: float) -> float:
        return min(-math.log10(1 - min(q, 99.9999) / 100) / top, 1.0)

    shown = [q for q in (0, 50, 90, 99, 99.9, 99.99, 99.999) if q <= most]
    return Axis("percentile", scale, [(q, f"{q:g} %") for q in shown])


def logarithmic(title: str, values: Sequence[float]) -> Axis:
    """From the power of ten below the least to the one above the most."""
    given = [value for value in values if value > 0] or [1.0]
    low, high = math.floor(math.log10(min(given))), math.ceil(math.log10(max(given) * 1.001))
    wide = max(high - low, 1)

    def scale(value: float) -> float:
        return (math.log10(max(value, 10.0**low)) - low) / wide

    return Axis(title, scale, [(10.0**power, f"{10.0**power:,g}") for power in range(low, low + wide + 1)])


def linear(title: str, most: float, *, whole: bool = False) -> Axis:
    """From zero to a round number above the most, in about five steps."""
    step = _step(max(most, 1e-9) / 5)
    step = max(step, 1.0) if whole else step
    count = max(math.ceil(most / step - 1e-9), 1)
    top = step * count

    def scale(value: float) -> float:
        return value / top

    return Axis(title, scale, [(step * n, f"{step * n:,g}") for n in range(count + 1)])


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return power * next(factor for factor in (1, 2, 5, 10) if rough <= factor * power * 1.0001)
