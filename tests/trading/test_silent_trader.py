"""A trader that dies, stalls or is doubled, beside a real hub and a real worker: its owner hears of it, once."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from msgspec import Struct

from hub.core.embedded import Endpoints
from hub.core.settings import Settings
from tests.fakes.telegram import TOKEN, FakeTelegram, environment, fake_telegram
from tests.hubs import Producer, RunningHub, until
from tests.processes import Process, start
from tests.served import Where, process
from tests.workers.test_processes import gold

__all__ = ["gold"]


class Scene(Struct, frozen=True):
    """A hub, a worker that tells the owner, and what a trader needs."""

    hub: RunningHub
    producer: Producer
    telegram: FakeTelegram
    gold: Path
    log: Path

    @asynccontextmanager
    async def trader(self, home: Path, interval: int = 1) -> AsyncIterator[Process]:
        """`caerus trade`, with work for minutes."""
        env = {
            "API_BASE": self.hub.base_url,
            "PRODUCER_ID": self.producer.id,
            "HMAC_PRODUCER_SECRET": self.producer.key.decode(),
            "CAERUS_HOME": str(home),
            "CHECK_INTERVAL_SECONDS": str(interval),
        }
        trader = await start("trade", str(self.gold), "--symbol", "XAUUSD", "--pace", "0.2", env=env)
        try:
            yield trader
        finally:
            with suppress(ProcessLookupError):
                os.kill(trader.pid, signal.SIGKILL)
            await trader.wait()

    async def state(self) -> str:
        """How the hub knows the trader, as an operator sees it."""
        admin = await self.hub.person("admin")
        answer = await self.hub.call("GET", "/api/v1/producers/heartbeats", headers=admin.bearer)
        found = [each["state"] for each in answer.body["items"] if each["producer_id"] == self.producer.id]
        return found[0] if found else ""

    async def heard(self) -> int:
        """How often the hub heard the trader."""
        query = "select coalesce(sum(heartbeats), 0)::int from trading.heartbeat_days where producer_id = $1"
        return int((await self.hub.rows(query, self.producer.id))[0][0])

    async def until_heard(self, process: Process) -> None:
        """Until it is heard once more; it must live."""
        before = await self.heard()

        async def reached() -> bool:
            assert process.returncode is None
            return await self.heard() > before

        await until(reached, seconds=60)

    async def until_state(self, wanted: str) -> None:
        async def reached() -> bool:
            return await self.state() == wanted

        await until(reached, seconds=60)

    async def until_told(self, *kinds: str) -> None:
        """The owner has heard this of the trader, in this order, and nothing else."""
        await until(lambda: len(self.told()) >= len(kinds), seconds=60)
        assert self.told() == list(kinds)

    def told(self) -> list[str]:
        return [text.splitlines()[0] for text in self.telegram.taken if self.producer.id in text]


@pytest.fixture
async def scene(
    hub: RunningHub, servers: Endpoints, settings: Settings, gold: Path, tmp_path: Path
) -> AsyncIterator[Scene]:
    await hub.rows("update core.alerts set sent_at = at where sent_at is null")
    where, log = Where(servers.dsn, servers.redis_url), tmp_path / "work.log"
    async with fake_telegram() as telegram:
        async with process("work", where, settings, log, **environment(telegram, window=1)):
            yield Scene(hub, await hub.producer(), telegram, gold, log)
        assert TOKEN not in log.read_text()


@pytest.mark.chaos
async def test_a_trader_that_was_killed_is_missed_once_and_welcomed_once(
    scene: Scene, tmp_path: Path
) -> None:
    async with scene.trader(tmp_path / "a") as first:
        await scene.until_state("alive")
        first.kill()
        await scene.until_told("trader.silent")
    async with scene.trader(tmp_path / "a") as second:
        await scene.until_told("trader.silent", "trader.back")
        second.terminate()
        assert await second.wait() == 0
    await scene.until_state("ended")
    assert scene.told() == ["trader.silent", "trader.back"]


@pytest.mark.chaos
async def test_a_trader_that_stalls_is_missed_and_is_back_when_it_goes_on(
    scene: Scene, tmp_path: Path
) -> None:
    async with scene.trader(tmp_path / "a") as trader:
        await scene.until_state("alive")
        os.kill(trader.pid, signal.SIGSTOP)
        await scene.until_told("trader.silent")
        os.kill(trader.pid, signal.SIGCONT)
        await scene.until_told("trader.silent", "trader.back")
        assert trader.returncode is None


@pytest.mark.chaos
async def test_of_two_traders_on_two_machines_the_second_ends(scene: Scene, tmp_path: Path) -> None:
    """Two spools: only the hub can know. The first stalls, the second may; the first then finds that it is late."""
    async with scene.trader(tmp_path / "a") as first:
        await scene.until_state("alive")
        async with scene.trader(tmp_path / "b") as second:
            said = (await asyncio.wait_for(second.communicate(), 60))[0].decode()
            assert second.returncode == 1
            assert f"{scene.producer.id} trades XAUUSD by fib_rsi on " in said
        os.kill(first.pid, signal.SIGSTOP)
        await scene.until_state("silent")
        async with scene.trader(tmp_path / "b") as third:
            await scene.until_state("alive")
            os.kill(first.pid, signal.SIGCONT)
            assert await asyncio.wait_for(first.wait(), 60) == 1
            assert third.returncode is None


@pytest.mark.chaos
async def test_a_trader_that_was_killed_may_begin_again_at_once(scene: Scene, tmp_path: Path) -> None:
    """Long before it would be missed: by its lock file it is the same one."""
    for _ in range(2):
        async with scene.trader(tmp_path / "a", interval=60) as trader:
            await scene.until_heard(trader)


@pytest.mark.chaos
async def test_control_without_its_lock_file_it_is_taken_for_another(scene: Scene, tmp_path: Path) -> None:
    async with scene.trader(tmp_path / "a", interval=60) as trader:
        await scene.until_heard(trader)
    (tmp_path / "a" / "trader" / "xauusd.lock").unlink()
    async with scene.trader(tmp_path / "a", interval=60) as again:
        said = (await asyncio.wait_for(again.communicate(), 60))[0].decode()
    assert again.returncode == 1 and "Another trader is there" in said
