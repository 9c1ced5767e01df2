"""A terminal with the reference EA on it, as a process: its market, its broker's books, its log."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.ea_sdk.build import compiled
from tests.hubs import until


class Terminal:
    """`settings` are inputs of the EA (`EA_...`) and what the shim obeys (`SHIM_...`)."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder, self.settings = folder, settings
        self.market(2000.0, 2000.2)

    def market(self, bid: float, ask: float, **more: float) -> None:
        """What the market is from now on; read whole or not at all. `tick`: when it was last quoted (s, UTC), else now."""
        lines = {"bid": bid, "ask": ask} | more
        new = self.folder / "market.new"
        new.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
        new.rename(self.folder / "market.txt")

    def environment(self, **more: str) -> dict[str, str]:
        quick = {
            "SHIM_FILES": str(self.folder),
            "SHIM_TIMER_MS": "5",
            "EA_PollMilliseconds": "10",
            "EA_SettleSeconds": "0",
            "EA_RetrySeconds": "1",
        }
        return os.environ | quick | {"EA_SnapshotSeconds": "0"} | self.settings | more

    @asynccontextmanager
    async def running(
        self, program: str = "reference", **more: str
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """The program until the block ends; then it is told to end, and must end well unless it was killed."""
        with (self.folder / f"{program}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                compiled(program), env=self.environment(**more), stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            code = await process.wait()
        assert code in (0, -signal.SIGKILL), self.log(program)

    async def dies(self, **more: str) -> None:
        """Run it until it is killed where `SHIM_TRADE` says."""
        async with self.running(**more) as process:
            assert await asyncio.wait_for(process.wait(), 20) == -signal.SIGKILL, self.log()

    def log(self, program: str = "reference") -> str:
        file = self.folder / f"{program}.log"
        return file.read_text() if file.exists() else ""

    async def says(self, text: str, program: str = "reference") -> None:
        """Until its log has that text."""
        try:
            await until(lambda: text in self.log(program), seconds=20)
        except TimeoutError:
            raise AssertionError(f"{text!r} is not in\n{self.log(program)[-3000:]}") from None

    def books(self, kind: str) -> list[dict[str, Any]]:
        """What the broker has: `order` (waiting), `past`, `position` or `deal`."""
        names = {
            "order": "ticket position type state magic expires placed volume price sl tp comment",
            "past": "ticket position type state magic expires placed volume price sl tp comment",
            "position": "ticket type magic opened volume price sl tp comment",
            "deal": "ticket position type entry reason at volume price profit comment",
        }[kind].split()
        file = self.folder / "broker.txt"
        lines = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
        return [dict(zip(names, line[1:], strict=True)) for line in lines if line[0] == kind]

    def placed(self) -> int:
        """How many orders that open the broker ever took; one that closed a position has that one's number."""
        opening = [order for order in self.books("past") if order["position"] in ("0", order["ticket"])]
        return len(self.books("order")) + len(opening)

    def closing(self) -> list[dict[str, Any]]:
        """The orders that closed something."""
        return [order for order in self.books("past") if order["position"] not in ("0", order["ticket"])]
