"""Timing of contenders side by side."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table


def interleaved(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each contender in each round, after one unmeasured call of each.

    Every round runs all of them once, in an order that rotates, with the collector off, so that what
    disturbs the machine disturbs them alike: compare within rounds.
    """
    names = list(contenders)
    for name in names:
        contenders[name]()
    seconds: dict[str, list[float]] = {name: [] for name in names}
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            for name in names[number % len(names) :] + names[: number % len(names)]:
                started = time.perf_counter()
                contenders[name]()
                seconds[name].append(time.perf_counter() - started)
    finally:
        gc.enable()
    return seconds


def median_ratio(slower: Sequence[float], faster: Sequence[float]) -> float:
    """The median over rounds of `slower / faster`."""
    return statistics.median(a / b for a, b in zip(slower, faster, strict=True))


def show(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print `rows` as a table; the keys of the first are the columns."""
    table = Table(title=title)
    for name in rows[0]:
        table.add_column(name, justify="left" if isinstance(rows[0][name], str) else "right")
    for row in rows:
        table.add_row(
            *(f"{value:,.2f}" if isinstance(value, float) else str(value) for value in row.values())
        )
    Console(width=140).print(table)
