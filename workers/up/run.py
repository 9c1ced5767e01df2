"""Bring everything up, say where it is, keep it up, take it down."""

import asyncio
import signal
import time
from types import FrameType

from rich.console import Console
from rich.table import Table

from hub.core.resources import open_resources
from hub.core.settings import Settings
from workers.up import demo
from workers.up.children import Child
from workers.up.demo import Demo
from workers.up.stack import NotUp, Stack

__all__ = ["NotUp", "Up"]


class Up:
    """One run of `caerus up`."""

    def __init__(self, settings: Settings, *, pace: float) -> None:
        self.settings, self.pace = settings.demo(), pace
        self.console = Console(highlight=False)
        self._stopping = False

    def run(self) -> None:
        """Until SIGINT or SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        with Stack(self.settings) as stack:
            made = asyncio.run(self._demo(stack))
            with self.console.status("Starting the hub…"):
                stack.wait_ready(lambda: self._stopping)
            stack.start(Child("market", ("market", "--pace", str(self.pace)), _market(made)))
            self.console.print(_banner(made))
            self.console.print(f"Logs are in {stack.home / 'logs'}. Ctrl-C stops everything.", style="dim")
            while not self._stopping:
                stack.children.tend()
                time.sleep(0.2)
        self.console.print(f"Stopped. Your data stays in {stack.home}.", style="dim")

    def _stop(self, _: int, __: FrameType | None) -> None:
        self._stopping = True

    async def _demo(self, stack: Stack) -> Demo:
        endpoints = stack.endpoints
        async with open_resources(self.settings, endpoints.dsn, endpoints.redis_url) as resources:
            made = await demo.prepare(resources, stack.base_url, stack.ops_url)
        demo.write(made, stack.home / "demo.json")
        return made


def _market(made: Demo) -> dict[str, str]:
    return {
        "API_BASE": made.base_url,
        "PRODUCER_ID": made.producer.id,
        "HMAC_PRODUCER_SECRET": made.producer.secret,
        "DEVICE_ID": made.device.id,
        "DEVICE_SECRET": made.device.secret,
    }


def _banner(made: Demo) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row("[bold]Caerus is up[/]", "")
    table.add_row("Dashboard", f"[link={made.base_url}]{made.base_url}[/link]")
    table.add_row("API", f"{made.base_url}/docs")
    table.add_row("Metrics", f"{made.ops_url}/metrics")
    table.add_row("Trader", f"{made.user.email}   {made.user.password}")
    table.add_row("Owner", f"{made.owner.email}   {made.owner.password}")
    table.add_row("", "[dim]Synthetic candles, a simulated terminal. Signals are not advice.[/]")
    return table
