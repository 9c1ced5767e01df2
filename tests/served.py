"""Our commands as processes of their own, as they run anywhere else."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
from msgspec import Struct

from hub.core.embedded.process import free_port
from hub.core.settings import Settings
from tests.hubs import until


class Where(Struct, frozen=True):
    """The servers a process is to use."""

    dsn: str
    redis_url: str


class Served(Struct, frozen=True):
    """A hub in its own process, with what it wrote to stderr."""

    base_url: str
    ops_url: str
    log: Path
    process: asyncio.subprocess.Process


@asynccontextmanager
async def process(
    command: str, where: Where, settings: Settings, log: Path, **env: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`caerus <command>` until the block ends; `env` are variables besides the addresses."""
    given = {"CAERUS_HOME": str(settings.app.home), "DB_DSN": where.dsn, "REDIS_URL": where.redis_url}
    with log.open("ab") as out:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub.cli", command, env=os.environ | given | env, stderr=out
        )
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            running.terminate()
        await running.wait()


@asynccontextmanager
async def served(where: Where, settings: Settings, log: Path, **env: str) -> AsyncIterator[Served]:
    """A hub that answers."""
    port, ops = free_port(), free_port()
    given = {"HUB_PORT": str(port), "OPS_PORT": str(ops)} | env
    async with process("serve", where, settings, log, **given) as running:
        base = f"http://127.0.0.1:{port}"
        await until(lambda: answers(f"{base}/api/v1/health"), seconds=30)
        yield Served(base, f"http://127.0.0.1:{ops}", log, running)


async def answers(url: str) -> bool:
    """Whether somebody says 200 there."""
    try:
        async with aiohttp.request("GET", url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
