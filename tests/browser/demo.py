"""`caerus up` as somebody starts it, and as they stop it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import psutil

from tests.hubs import until
from tests.processes import free_row

_CAERUS = (sys.executable, "-m", "hub.cli")
_STOPS_WITHIN = 20.0


class RunningDemo:
    """One run of `caerus up`; `file` is what its `demo.json` says."""

    def __init__(self, home: Path, process: asyncio.subprocess.Process) -> None:
        self.home, self._process = home, process
        self.file: Any = None

    @property
    def path(self) -> Path:
        return self.home / "demo.json"

    def family(self) -> list[psutil.Process]:
        """Every process of this run, its own first."""
        top = psutil.Process(self._process.pid)
        return [top, *top.children(recursive=True)]

    def hub_process(self) -> psutil.Process:
        [found] = [each for each in self.family() if each.cmdline()[-2:] == ["hub.cli", "serve"]]
        return found

    async def ready(self) -> None:
        """Until this run has written its file and its hub is ready."""
        await until(self._is_ready, seconds=60)

    async def _is_ready(self) -> bool:
        assert self._process.returncode is None, self.said()
        if not self.path.exists():
            return False
        self.file = msgspec.json.decode(self.path.read_bytes())
        try:
            async with aiohttp.request("GET", self.file["base_url"] + "/api/v1/ready") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def interrupt(self) -> tuple[int, list[psutil.Process]]:
        """Ctrl-C: the exit status, and which of the processes are left over."""
        family = self.family()
        self._process.send_signal(signal.SIGINT)
        code = await asyncio.wait_for(self._process.wait(), _STOPS_WITHIN)
        _, left = await asyncio.to_thread(psutil.wait_procs, family, 5)
        return code, left

    def said(self) -> str:
        return (self.home / "up.out").read_text()

    async def end(self) -> None:
        """Whatever the test did, leave nothing behind."""
        if self._process.returncode is not None:
            return
        try:
            await self.interrupt()
        except TimeoutError:
            for each in self.family():
                each.kill()
            await self._process.wait()


@asynccontextmanager
async def running_demo(home: Path, ports: dict[str, str]) -> AsyncIterator[RunningDemo]:
    """Up and ready on entry, gone on exit; the home stays."""
    (home / "demo.json").unlink(missing_ok=True)
    demo = RunningDemo(home, await _start(home, os.environ | {"CAERUS_HOME": str(home)} | ports))
    try:
        await demo.ready()
        yield demo
    finally:
        await demo.end()


async def _start(home: Path, env: dict[str, str]) -> asyncio.subprocess.Process:
    out = os.open(home / "up.out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        return await asyncio.create_subprocess_exec(
            *(*_CAERUS, "up", "--pace", "0.05"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=env,
        )
    finally:
        os.close(out)


def free_ports() -> dict[str, str]:
    """The hub's, and four after it for the metrics of its processes."""
    first = free_row(5)
    return {"HUB_PORT": str(first), "OPS_PORT": str(first + 1)}
