"""The job worker: what it can do is declared in the rooms."""

import asyncio
import signal

import hub.rooms  # noqa: F401 - plugs the jobs in
from hub.core import jobs
from hub.core.db import PLANS_ANEW
from hub.core.resources import open_resources
from hub.core.settings import Settings


async def run(settings: Settings, dsn: str, redis_url: str) -> None:
    """Work until cancelled; SIGHUP has the secrets read again."""
    async with open_resources(settings, dsn, redis_url, session=PLANS_ANEW) as resources:
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, resources.secrets.refresh_soon)
        await jobs.work(resources, redis_url)
