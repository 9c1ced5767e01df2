"""A figure, what was wanted of it, and a table of several."""

import argparse
import sys
from collections.abc import Sequence

from msgspec import Struct
from rich.console import Console
from rich.table import Table


class Target(Struct, frozen=True):
    """`value` is None where what it needs was not measured."""

    text: str
    most: float
    value: float | None
    unit: str = "x"

    @property
    def verdict(self) -> str:
        if self.value is None:
            return "not measured"
        return "met" if self.value <= self.most else "MISSED"


def show_targets(targets: Sequence[Target], title: str = "wanted") -> None:
    table = Table(title=title)
    for column in ("target", "at most", "found", ""):
        table.add_column(column, justify="left" if column == "target" else "right")
    for target in targets:
        found = "-" if target.value is None else f"{target.value:,.2f} {target.unit}"
        colour = {"met": "green", "MISSED": "red"}.get(target.verdict, "dim")
        verdict = f"[{colour}]{target.verdict}[/{colour}]"
        table.add_row(target.text, f"{target.most:g} {target.unit}", found, verdict)
    Console(width=min(Console().width, 150) if sys.stdout.isatty() else 120).print(table)


def parser(name: str, description: str | None) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(prog=f"python -m bench {name}", description=description)
