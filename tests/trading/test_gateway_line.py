"""The line of a gateway that executes: its hub, its secret, and who else is on it."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
from yarl import URL

from hub.core.embedded import Endpoints
from hub.core.embedded.process import free_port
from hub.core.settings import Settings
from hub.trading.accounts import gateways
from hub.trading.accounts.gateways import Place
from hub.trading.accounts.looks import Want
from tests import metrics
from tests.hubs import RunningHub, running_hub, until
from tests.processes import start
from tests.trading.executing import SECONDS, Opened, desk, opener
from workers.mt5.book import file_of
from workers.mt5.lease import Lease


@pytest.fixture
def gateway(hub: RunningHub, servers: Endpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    return opener(hub, servers, tmp_path, monkeypatch)


async def test_a_hub_that_was_away_is_told_what_happened_meanwhile(
    settings: Settings, servers: Endpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve = settings.serve.model_copy(update={"port": free_port()})
    restarted = settings.model_copy(update={"serve": serve})
    async with running_hub(restarted, servers.dsn, servers.redis_url) as hub:
        mine = await desk(hub)
        serving = AsyncExitStack()
        await serving.enter_async_context(opener(hub, servers, tmp_path, monkeypatch)(mine))
        await mine.approved()
        await mine.until_status("placed")
    async with serving:
        mine.price(1995.0, low=1985.0)
        await until(lambda: len(mine.broker.positions()) == 1)
        mine.price(1975.0)
        async with running_hub(restarted, servers.dsn, servers.redis_url) as hub:
            mine.hub = hub
            [closed] = await mine.until_status("closed", seconds=60)
            assert (float(closed["fill_price"]), closed["close_reason"]) == (1990.0, "stop_loss")
            mine.price(2000.0)
            await mine.approved()
            await mine.until_status("closed", "placed", seconds=60)
            assert mine.orders == 2


async def test_a_new_secret_is_taken_without_a_restart(
    gateway: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with gateway() as desk:
        await until(lambda: desk.driver.is_up, seconds=SECONDS)
        for _ in range(2):  # the second ends the first one's grace
            path = f"/api/v1/devices/{desk.device.id}/rotate"
            answer = await desk.hub.call("POST", path, headers=desk.person.bearer)
            assert answer.status == 200, answer.raw
        monkeypatch.setenv("MT5_DEVICE_SECRET", answer.body["device_secret"])
        os.kill(os.getpid(), signal.SIGHUP)
        await desk.approved()
        await desk.until_status("placed", seconds=40)


async def test_the_demo_executes_too(hub: RunningHub, servers: Endpoints, tmp_path: Path) -> None:
    mine = await desk(hub)
    env = mine.env(tmp_path) | {"REDIS_URL": servers.redis_url}
    process = await start("gateway", "--simulated", env=env)
    try:
        # far below whatever gold costs there
        await mine.approved(entry="1000.00", stop="900.00", target="1300.00")
        await mine.until_status("placed", seconds=60)
    finally:
        process.terminate()  # so that it leaves in order, and is not missed by other tests
        await process.wait()


@pytest.mark.parametrize("apart", [False, True], ids=["one Redis", "control: two"])
async def test_of_two_gateways_on_one_account_one_opens(
    hub: RunningHub, servers: Endpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    """Each has its own files, so nothing but the lease keeps them apart."""
    mine = await desk(hub)
    homes = [tmp_path / "one", tmp_path / "two"]
    url = str(URL(servers.redis_url).with_path("/9")) if apart else servers.redis_url
    async with (
        mine.open(servers, homes[0], monkeypatch),
        mine.twin().open(servers, homes[1], monkeypatch, REDIS_URL=url) as other,
    ):
        await until(lambda: mine.driver.is_up and other.driver.is_up, seconds=SECONDS)
        mine.driver.gate.clear()
        other.driver.gate.clear()
        seen = metrics.here()

        def sent() -> int:
            return bool(mine.driver.sent) + bool(other.driver.sent)

        def put_off() -> bool:
            return bool(metrics.moved(seen, "mt5_commands_total").get("mt5_commands_total{result=put_off}"))

        await mine.approved()
        # both have it before either has said that it is placed
        await until((lambda: sent() == 2) if apart else (lambda: sent() == 1 and put_off()), seconds=SECONDS)
        mine.driver.gate.set()
        other.driver.gate.set()
        await mine.until_status("placed")
        assert (mine.orders, sent()) == ((2, 2) if apart else (1, 1))


async def test_the_lease_of_a_gateway_that_is_gone_runs_out(hub: RunningHub) -> None:
    redis, place = hub.res.redis, Place("Lease-1", "1")
    first, second = Lease(redis, place, "a"), Lease(redis, place, "b")
    await first.renew()
    await second.renew()
    assert (first.held, second.held) == (True, False)
    assert 0 < await redis.pttl(f"caerus:mt5:executes:{place}") <= 10_000
    await redis.delete(f"caerus:mt5:executes:{place}")
    await second.renew()
    await first.renew()
    assert (first.held, second.held) == (False, True)
    keeping = asyncio.ensure_future(second.keep())
    await asyncio.sleep(0)
    keeping.cancel()
    await asyncio.wait([keeping])
    await first.renew()
    assert (first.held, second.held) == (True, False)


async def test_a_book_that_cannot_be_read_stops_executing_and_no_look(
    hub: RunningHub, gateway: Opened, tmp_path: Path
) -> None:
    mine = await desk(hub)
    place, redis = Place(mine.server, mine.login), hub.res.redis
    file = file_of(tmp_path / "mt5", place, mine.device.id)
    file.parent.mkdir()
    file.write_bytes(b"no book at all" * 1000)
    await mine.approved()
    async with gateway(mine):

        async def seen() -> bool:
            answer = await gateways.ask(redis, redis, place, Want(2.0, "quick", None))
            return answer is not None and answer.look is not None

        await until(seen, seconds=SECONDS)
        assert len((await mine.device.poll(wait=1)).body["commands"]) == 1
        assert (mine.orders, file.read_bytes()[:14]) == (0, b"no book at all")


async def test_a_gateway_whose_cancellation_was_swallowed_ends(
    gateway: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Python 3.11 the Redis client may swallow one; the test does the same, so that it does not depend on luck."""
    telling = asyncio.Event()

    async def swallow(*_: object) -> None:
        telling.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    monkeypatch.setattr(gateways, "tell", swallow)
    async with gateway():
        await telling.wait()
