"""The live display: what happens now, how much of it is done, what came, what is missing, and how late."""

import asyncio
import time

from rich.console import Console, Group
from rich.live import Live as RichLive
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from workers.loadtest.scene import Scene

_EVERY_SECONDS = 0.25


class Live:
    """Refreshes a few times a second, so that it costs nothing that shows in the figures."""

    def __init__(self, scene: Scene, console: Console, name: str) -> None:
        self._scene, self._name = scene, name
        self._before = (time.perf_counter(), 0)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("[bold]{task.fields[name]}[/]  {task.description}"),
            BarColumn(24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        self._live = RichLive(console=console, auto_refresh=False, transient=True)

    async def run(self) -> None:
        """Until cancelled."""
        task = self._bar.add_task("", total=1, name=self._name)
        with self._live:
            while True:
                at = self._scene.progress
                self._bar.update(task, description=at.phase, completed=at.done, total=at.total or None)
                self._live.update(Group(self._bar, Text.from_markup(self._figures())), refresh=True)
                await asyncio.sleep(_EVERY_SECONDS)

    def _figures(self) -> str:
        scene, parts = self._scene, []
        count, now = sum(each.count for each in scene.recorders.values()), time.perf_counter()
        (then, before), self._before = self._before, (now, count)
        if count:
            parts.append(f"{(count - before) / max(now - then, 1e-9):,.0f}/s")
        if deliveries := scene.deliveries:
            parts.append(f"delivered {deliveries.delivered:,}, under way {deliveries.missing:,}")
        parts += [
            f"{each.name} p50 {each.percentile(50):,.1f} p99 {each.percentile(99):,.1f} ms"
            for each in scene.recorders.values()
            if each.count
        ]
        if scene.errors:
            parts.append(f"[red]errors {scene.errors.total():,}[/]")
        return "  " + "  ".join(parts)
