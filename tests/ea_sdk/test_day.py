"""Many signals while the hub is killed and started again: none lost, none doubled.

`EA_SIGNALS=1000 EA_RESTARTS=20` for the whole of it.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.core.embedded import Endpoints
from hub.core.embedded.process import free_port
from hub.core.settings import Settings
from tests.ea_sdk.test_hub import Desk, desk
from tests.hubs import RunningHub, until
from tests.served import Where, answers, process

SIGNALS, RESTARTS = int(os.environ.get("EA_SIGNALS", "40")), int(os.environ.get("EA_RESTARTS", "2"))


@asynccontextmanager
async def serving(
    servers: Endpoints, settings: Settings, port: int, log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A hub of its own on that port."""
    where = Where(servers.dsn, servers.redis_url)
    env = {"HUB_PORT": str(port), "OPS_PORT": str(free_port())}
    async with process("serve", where, settings, log, **env) as running:
        await until(lambda: answers(f"http://127.0.0.1:{port}/api/v1/health"), seconds=60)
        yield running


async def approve_all(at: Desk, count: int) -> None:
    producer = await at.hub.producer()
    # a plan allows fewer approvals a day than this day has
    query = "update money.quota_usage set used = 0 where user_id = $1 and key = 'approvals'"
    await at.hub.res.db.execute(query, at.person.id)
    for _ in range(count):
        answer = await at.hub.approve(at.person, await producer.opened())
        assert answer.status == 201, answer.raw


@pytest.mark.chaos
async def test_a_day_of_signals_over_a_hub_that_is_killed(
    hub: RunningHub, servers: Endpoints, settings: Settings, tmp_path: Path
) -> None:
    port, done = free_port(), 0
    at = await desk(hub, tmp_path, EA_MaxVolume="1")
    at.terminal.settings["EA_ApiBase"] = f"http://127.0.0.1:{port}"

    async def told() -> int:
        query = """select count(*) from trading.executions as e join trading.devices as d on d.id = e.device_id
                   where d.user_id = $1 and e.status = 'placed'"""
        return int((await hub.rows(query, at.person.id))[0][0])

    async with at.terminal.running():
        for turn in range(RESTARTS + 1):
            share = SIGNALS // (RESTARTS + 1) if turn < RESTARTS else SIGNALS - done
            async with serving(servers, settings, port, tmp_path / "hub.log") as running:
                await approve_all(at, share)
                done += share
                # killed as soon as something went through, with the rest still under way
                wanted = done - share + max(share // 3, 1) if turn < RESTARTS else SIGNALS

                async def reached(wanted: int = wanted) -> bool:
                    return await told() >= wanted

                await until(reached, seconds=240)
                running.kill()
    assert await told() == SIGNALS
    assert at.terminal.placed() == SIGNALS
    assert len({order["comment"] for order in at.terminal.books("order")}) == SIGNALS
