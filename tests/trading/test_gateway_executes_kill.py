"""A gateway killed around the order that it places: there is one, and the hub knows it. And what happens without its files."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from caerus_client.keys import encode_secret

from hub.core.embedded import Endpoints
from hub.trading.accounts import gateways
from hub.trading.accounts.gateways import Place
from tests.hubs import RunningHub
from tests.trading.executing import Desk, desk


class Killed:
    """A gateway process of a desk's, started as often as one likes."""

    def __init__(self, mine: Desk, servers: Endpoints, home: Path) -> None:
        self.mine, self.home, self.file = mine, home, home / "broker.jsonl"
        self._env = os.environ | mine.env(home) | {"REDIS_URL": servers.redis_url, "APP_LOG_LEVEL": "INFO"}

    @property
    def orders(self) -> int:
        """What the broker has taken."""
        return len(self.file.read_bytes().splitlines()) if self.file.exists() else 0

    async def start(self, moment: str) -> asyncio.subprocess.Process:
        with (self.home / "log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.trading.executing_process", str(self.file), moment),
                env=self._env,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def dies(self, moment: str) -> None:
        process = await self.start(moment)
        assert await asyncio.wait_for(process.wait(), 60) == -9, (self.home / "log").read_text()

    @asynccontextmanager
    async def running(self, moment: str = "never") -> AsyncIterator[None]:
        process = await self.start(moment)
        try:
            yield
        finally:
            process.kill()
            await process.wait()

    async def said(self) -> list[list[str]]:
        query = "select said from trading.executions where user_id = $1 order by created_at"
        return [row["said"] for row in await self.mine.hub.rows(query, self.mine.person.id)]


@pytest.fixture
async def killed(hub: RunningHub, servers: Endpoints, tmp_path: Path) -> AsyncIterator[Killed]:
    """Nobody misses it at the end."""
    mine = await desk(hub)
    yield Killed(mine, servers, tmp_path)
    await gateways.leave(hub.res.redis, Place(mine.server, mine.login))


@pytest.mark.chaos
@pytest.mark.parametrize("moment", ["after", "journalled"])
async def test_killed_when_the_broker_had_it_there_is_one_order_and_one_word_of_it(
    killed: Killed, moment: str
) -> None:
    await killed.mine.approved()
    await killed.dies(moment)
    assert (killed.orders, await killed.mine.executions()) == (1, [])
    async with killed.running():
        await killed.mine.until_status("placed", seconds=60)
    assert (killed.orders, await killed.said()) == (1, [["placed"]])
    log = (killed.home / "log").read_text()
    assert "mt5.executes" in log and '"placed"' in log
    secrets = (encode_secret(killed.mine.device.key), "any-password", killed.mine.login)
    assert [secret for secret in secrets if secret in log] == []


@pytest.mark.chaos
async def test_killed_again_and_again_it_stays_one(killed: Killed) -> None:
    await killed.mine.approved()
    await killed.dies("after")
    for _ in range(3):
        process = await killed.start("after")
        await killed.mine.until_status("placed", seconds=60)
        process.kill()
        await process.wait()
    assert (killed.orders, await killed.said()) == (1, [["placed"]])


@pytest.mark.chaos
async def test_killed_before_the_broker_had_it_its_absence_is_proven_and_told(killed: Killed) -> None:
    await killed.mine.approved()
    await killed.dies("before")
    async with killed.running():
        [told] = await killed.mine.until_status("failed", seconds=60)
    assert told["error"] in ("the broker has no such order", "the terminal gave no answer")
    assert (killed.orders, await killed.said()) == (0, [["unknown", "failed"]])


@pytest.mark.chaos
async def test_without_its_files_it_finds_the_order_in_the_broker_s_books(killed: Killed) -> None:
    await killed.mine.approved()
    await killed.dies("after")
    shutil.rmtree(killed.home / "mt5")
    async with killed.running():
        await killed.mine.until_status("placed", seconds=60)
    assert (killed.orders, await killed.said()) == (1, [["placed"]])


@pytest.mark.chaos
async def test_control_without_its_files_and_without_that_look_it_places_the_order_twice(
    killed: Killed,
) -> None:
    await killed.mine.approved()
    await killed.dies("after")
    shutil.rmtree(killed.home / "mt5")
    async with killed.running("blind"):
        await killed.mine.until_status("placed", seconds=60)
    assert killed.orders == 2
