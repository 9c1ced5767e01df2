"""The outcome as one HTML file that needs nothing else: figures, percentiles, and the run over time."""

from collections.abc import Sequence
from html import escape
from importlib import resources

from workers.loadtest.outcome import Outcome
from workers.loadtest.plot import Series, chart, linear, logarithmic, nines
from workers.loadtest.recorder import Second, Stage


def page(outcome: Outcome) -> str:
    """The whole document."""
    style = resources.files("workers.loadtest").joinpath("style.css").read_text()
    title = f"Load test: {outcome.scenario}"
    parts = [_head(outcome), _tiles(outcome), _notes(outcome), _latencies(outcome)]
    if outcome.stages:
        parts += [_percentiles(outcome), _over_time(outcome)]
    body = "".join([*parts, _rest(outcome)])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{style}</style></head><body><main>{body}</main></body></html>\n"
    )


def _head(outcome: Outcome) -> str:
    good = not outcome.faults
    verdict = "nothing lost, nothing late" if good else "not good"
    options = ", ".join(f"{name} {value:,g}" for name, value in outcome.options.items())
    return (
        f'<span class="verdict {"good" if good else "bad"}">{verdict}</span>'
        f"<h1>caerus loadtest {escape(outcome.scenario)}</h1>"
        f'<p class="soft">{escape(options)}. Against {escape(outcome.target)}, began {outcome.began}, '
        f"{outcome.seconds:,.1f} s.</p>"
    )


def _tiles(outcome: Outcome) -> str:
    worst = max(outcome.stages, key=lambda stage: stage.p99, default=None)
    tiles = [
        (f"{outcome.delivered:,}", f"delivered of {outcome.expected:,}"),
        (f"{outcome.lost:,}", "lost"),
        (f"{outcome.doubled:,}", "doubled"),
        (f"{sum(outcome.errors.values()):,}", "errors"),
    ]
    if worst:
        tiles.append((f"{worst.p99:,.1f} ms", f"worst p99: {worst.name}"))
    inside = "".join(f"<div><b>{value}</b><span>{escape(name)}</span></div>" for value, name in tiles)
    return f'<div class="tiles">{inside}</div>'


def _notes(outcome: Outcome) -> str:
    faults = "".join(f"<li>{escape(fault)}</li>" for fault in outcome.faults)
    shown = f'<ul class="note bad">{faults}</ul>' if faults else ""
    if outcome.warning:
        shown += f'<p class="note warn">{escape(outcome.warning)}</p>'
    return shown


def _latencies(outcome: Outcome) -> str:
    rows = "".join(
        f"<tr><td>{_key(number)}{escape(stage.name)}</td><td>{stage.count:,}</td>"
        + "".join(f"<td>{v:,.1f}</td>" for v in (stage.p50, stage.p90, stage.p99, stage.p999, stage.max))
        + "</tr>"
        for number, stage in enumerate(outcome.stages, start=1)
    )
    heads = "".join(f"<th>{name}</th>" for name in ("", "count", "p50", "p90", "p99", "p99.9", "max"))
    return (
        '<section><h2>Latency, in milliseconds</h2><p class="soft">From the moment a thing was meant to be sent: '
        "a stall is in the figures of all that was due meanwhile.</p>"
        f'<div class="wide"><table><tr>{heads}</tr>{rows}</table></div></section>'
    )


def _key(number: int) -> str:
    return f'<i class="key" style="background:var(--s{_colour(number)})"></i>'


def _colour(number: int) -> int:
    return (number - 1) % 6 + 1


def _legend(stages: Sequence[Stage]) -> str:
    keys = "".join(f"<span>{_key(n)}{escape(stage.name)}</span>" for n, stage in enumerate(stages, start=1))
    return f'<div class="legend">{keys}</div>'


def _percentiles(outcome: Outcome) -> str:
    lines = []
    for number, stage in enumerate(outcome.stages, start=1):
        known = 100 * (1 - 1 / max(stage.count, 2))  # a hundred values have no 99.9th percentile
        points = [(q, value) for q, value in stage.curve if q <= known]
        says = [f"{q:g} % within {value:,.1f} ms" for q, value in points]
        lines.append(Series(stage.name, _colour(number), points, says))
    values = [value for line in lines for _, value in line.points]
    most = max((q for line in lines for q, _ in line.points), default=50.0)
    y = logarithmic("milliseconds", values)
    drawn = chart("Latency by percentile", nines(most), y, lines, limit=outcome.max_p99_ms)
    return f"<section><h2>By percentile</h2>{_legend(outcome.stages)}{drawn}</section>"


def _over_time(outcome: Outcome) -> str:
    stages = outcome.stages
    longest = max(second.at + 1 for stage in stages for second in stage.seconds)
    if longest < 3:
        return ""
    x = linear("second of the run", longest - 1, whole=True)
    counts = [_series(n, stage, "count") for n, stage in enumerate(stages, start=1)]
    tails = [_series(n, stage, "p99") for n, stage in enumerate(stages, start=1)]
    many = logarithmic("count", [value for line in counts for _, value in line.points])
    late = logarithmic("p99, milliseconds", [value for line in tails for _, value in line.points])
    return (
        f"<section><h2>Each second: how many</h2>{_legend(stages)}"
        f"{chart('Count by second', x, many, counts)}</section>"
        f"<section><h2>Each second: p99</h2>{_legend(stages)}"
        f"{chart('p99 by second', x, late, tails, limit=outcome.max_p99_ms)}</section>"
    )


def _series(number: int, stage: Stage, field: str) -> Series:
    seconds: list[Second] = [each for each in stage.seconds if field == "count" or each.count]
    points = [(float(each.at), float(getattr(each, field))) for each in seconds]
    says = [f"second {each.at}: {each.count:,}, p99 {each.p99:,.1f} ms" for each in seconds]
    return Series(stage.name, _colour(number), points, says)


def _rest(outcome: Outcome) -> str:
    cost = outcome.generator
    rows = [(name, f"{value:,g}") for name, value in outcome.facts.items()]
    if outcome.server:
        rows.append(("hub", f"{outcome.server.cpu:.0%} of a core, {outcome.server.rss_mb:,.0f} MB"))
    late = (
        f"its loop late by p50 {cost.lag_p50_ms:.1f}, p99 {cost.lag_p99_ms:.1f}, max {cost.lag_max_ms:.1f} ms"
    )
    rows.append(("generator", f"{cost.cpu:.0%} of a core, {late}"))
    shown = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in rows)
    return f'<section><h2>Besides</h2><div class="wide"><table>{shown}</table></div></section>'
