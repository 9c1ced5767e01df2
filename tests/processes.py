"""`caerus` commands of this tree as processes, with an ops port each."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from socket import SO_REUSEADDR, SOL_SOCKET, socket

import psutil

from hub.core.embedded.process import free_port
from tests.hubs import until
from tests.metrics import scrape

ROOT = Path(__file__).parents[1]
Process = asyncio.subprocess.Process


async def start(*args: str, env: dict[str, str]) -> Process:
    """`caerus ARGS`; what it says can be had from `communicate()`."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "clients" / "python")])
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub.cli", *args),
        env=os.environ | {"PYTHONPATH": path} | env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


@asynccontextmanager
async def measured(port: int, *args: str, env: dict[str, str]) -> AsyncIterator[Process]:
    """A process that serves its metrics on `port` on entry; killed on exit if it still runs."""
    process = await start(*args, env=env | {"OPS_PORT": str(port)})

    async def serves() -> bool:
        assert process.returncode is None, (await process.communicate())[0].decode()
        return await scrape(port) is not None

    try:
        await until(serves, seconds=60)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def listens(pid: int, port: int) -> bool:
    """Whether it is this process that has the port."""
    held = psutil.Process(pid).net_connections("tcp")
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in held)


def free_row(count: int) -> int:
    """The first of so many free ports in a row."""
    while True:
        first = free_port()
        if all(_is_free(port) for port in range(first, first + count)):
            return first


def _is_free(port: int) -> bool:
    with socket() as probe:
        probe.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return False
    return True
