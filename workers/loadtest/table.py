"""The outcome as people read it in a terminal."""

from rich.console import Console
from rich.table import Table

from workers.loadtest.outcome import Outcome


def show(outcome: Outcome, console: Console) -> None:
    """Latencies, what came, what it cost, and what was wrong."""
    table = Table(title=f"{outcome.scenario} against {outcome.target}, {outcome.seconds:,.1f} s")
    for column in ("latency, ms", "count", "p50", "p90", "p99", "p99.9", "max"):
        table.add_column(column, justify="left" if column.startswith("latency") else "right")
    for each in outcome.stages:
        figures = (each.p50, each.p90, each.p99, each.p999, each.max)
        table.add_row(each.name, f"{each.count:,}", *(f"{value:,.1f}" for value in figures))
    console.print(table)
    console.print(_facts(outcome))
    for fault in outcome.faults:
        console.print(f"[red]{fault}[/]")
    if outcome.warning:
        console.print(f"[yellow]{outcome.warning}[/]")


def _facts(outcome: Outcome) -> Table:
    facts = Table(show_header=False, box=None)
    facts.add_row("expected", f"{outcome.expected:,}")
    facts.add_row("delivered", f"{outcome.delivered:,}")
    for name in ("lost", "doubled"):
        count = getattr(outcome, name)
        facts.add_row(name, f"[{'red' if count else 'green'}]{count:,}[/]")
    for name, value in outcome.facts.items():
        facts.add_row(name, f"{value:,g}")
    cost = outcome.generator
    facts.add_row("generator", f"{cost.cpu:.0%} of a core, its loop late by p99 {cost.lag_p99_ms:.1f} ms")
    if outcome.server:
        facts.add_row("hub", f"{outcome.server.cpu:.0%} of a core, {outcome.server.rss_mb:,.0f} MB")
    return facts
