"""Whoever is told to stop stops, also where the word is lost on its way.

On Python 3.11 the Redis client may swallow a cancellation while a process opens what it needs; the test does
the same, so that it does not depend on luck.
"""

import asyncio

from hub.core.embedded import Endpoints
from hub.core.settings import Settings
from workers import jobs


async def test_a_worker_whose_cancellation_was_swallowed_at_its_start_stops(
    settings: Settings, servers: Endpoints
) -> None:
    begun = asyncio.Event()

    async def start() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass
        await jobs.run(settings, servers.dsn, servers.redis_url)

    working = asyncio.create_task(start())
    await begun.wait()
    working.cancel()
    done, _ = await asyncio.wait([working], timeout=15)
    if not done:
        working.cancel()
    assert done and working.cancelled()
