"""The job worker: what it can do is declared in the rooms."""

import asyncio
import signal

import hub.rooms  # noqa: F401 - plugs the jobs in
from hub.core import jobs, servers
from hub.core.db import PLANS_ANEW
from hub.core.ops import Standing
from hub.core.resources import open_resources
from hub.core.settings import Settings


async def run(settings: Settings, dsn: str, redis_url: str, standing: Standing | None = None) -> None:
    """Work until cancelled; SIGHUP has the secrets read again. `NoServers` if there is no Redis at the start."""
    await servers.must_answer(settings, redis_url)
    async with open_resources(settings, dsn, redis_url, session=PLANS_ANEW) as resources:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, resources.secrets.refresh_soon)
        await jobs.work(resources, redis_url, standing)
