"""What a trader has to tell its owner: kept, joined, tried again, and told once it can be."""

import asyncio
import time
from contextlib import asynccontextmanager, suppress

import pytest
from caerus_client.drain import Alert
from caerus_client.durable import or_in_memory

from hub.core.alerts.telegram import Telegram
from tests.client.test_producer import post
from tests.fakes.telegram import CHAT, TOKEN, environment, fake_telegram
from tests.hubs import until
from tests.metrics import here, moved
from tests.processes import start
from tests.workers.test_processes import gold, producing, undisturbed
from tests.workers.test_trader_metrics import draining
from workers.source import load
from workers.trader.alerts import AlertFile, OwnerAlerts

__all__ = ["gold"]
REFUSED = Alert("refused", "signal s was refused", None)  # type: ignore[arg-type]
LONG = 1_000.0


@pytest.fixture
async def telegram():
    async with fake_telegram() as fake:
        yield fake


def chat(fake, timeout=0.5):
    return Telegram(fake.url, CHAT, lambda: TOKEN, timeout=timeout)


@asynccontextmanager
async def telling(path, telegram, window=LONG):
    with or_in_memory(AlertFile, path) as file:
        alerts = OwnerAlerts(file, telegram, "Trader t", window)
        task = asyncio.create_task(alerts.run())
        try:
            yield alerts
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def confirmed(alerts):
    """Until it is written down that all of it arrived: who is stopped before tells it again."""
    await until(lambda: alerts._file.due(float("inf")) is None)


async def test_what_the_drainer_has_to_say_arrives(hub, spool, tmp_path, telegram):
    hub.faults.append(422)
    spool.put([post(1)])
    before = here()
    async with (
        telling(tmp_path / "a.db", chat(telegram)) as alerts,
        draining(hub, spool, on_alert=alerts.add) as client,
    ):
        await client.settled()
        await until(lambda: len(telegram.taken) == 1)
    assert telegram.taken[0].startswith("trader.refused\nTrader t: signal setup-1 was refused: ")
    assert moved(before, "alerts_sent_total") == {"alerts_sent_total": 1}


async def test_of_a_flood_the_first_is_told_and_the_rest_at_the_end(tmp_path, telegram):
    async with telling(tmp_path / "a.db", chat(telegram)) as alerts:
        await alerts.add(REFUSED)
        await until(lambda: len(telegram.taken) == 1)
        for _ in range(40):
            await alerts.add(REFUSED)
        await alerts.add(Alert("retries_exhausted", "another kind", None))  # type: ignore[arg-type]
        await until(lambda: len(telegram.taken) == 2)
        assert telegram.taken[1] == "trader.retries_exhausted\nTrader t: another kind"
        await alerts.flushed(5)
    assert len(telegram.calls) == 3
    assert telegram.taken[2].startswith("trader.refused (40 times)\n")


async def test_a_window_outlives_the_process(tmp_path, telegram):
    async with telling(tmp_path / "a.db", chat(telegram)) as alerts:
        await alerts.add(REFUSED)
        await confirmed(alerts)
    async with telling(tmp_path / "a.db", chat(telegram)) as alerts:
        await alerts.add(REFUSED)
        await alerts.add(Alert("retries_exhausted", "x", None))  # type: ignore[arg-type]
        await until(lambda: len(telegram.taken) == 2)
        assert "retries_exhausted" in telegram.taken[1]


async def test_a_limit_is_kept_to(tmp_path, telegram):
    telegram.answers.append(("limited", 1))
    async with telling(tmp_path / "a.db", chat(telegram)) as alerts:
        await alerts.add(REFUSED)
        await until(lambda: len(telegram.calls) == 1)
        began = time.monotonic()
        await until(lambda: len(telegram.calls) == 2)
        assert time.monotonic() - began > 0.9
        await until(lambda: len(telegram.taken) == 1)


@pytest.mark.parametrize("answer", [500, "garbage", "slow", 401])
async def test_what_was_not_taken_is_told_at_the_next_start(tmp_path, telegram, answer):
    telegram.always = answer
    async with telling(tmp_path / "a.db", chat(telegram)) as alerts:
        await alerts.add(REFUSED)
        await until(lambda: len(telegram.calls) >= 1)
        await alerts.flushed(0.2)
    assert telegram.taken == []
    telegram.always = None
    async with telling(tmp_path / "a.db", chat(telegram)) as alerts:
        await confirmed(alerts)
    async with telling(tmp_path / "a.db", chat(telegram)) as alerts:
        await alerts.flushed(5)
    assert telegram.taken == ["trader.refused\nTrader t: signal s was refused"]


async def test_without_a_chat_nothing_is_kept_and_nothing_waits(tmp_path):
    async with telling(tmp_path / "a.db", None) as alerts:
        await alerts.add(REFUSED)
        await alerts.flushed(5)
    with AlertFile(tmp_path / "a.db") as file:
        assert file.due(float("inf")) is None


async def test_a_file_that_cannot_be_read_is_left_alone(tmp_path, telegram):
    (tmp_path / "a.db").write_bytes(b"rubbish" * 1000)
    async with telling(tmp_path / "a.db", chat(telegram)) as alerts:
        await alerts.add(REFUSED)
        await until(lambda: len(telegram.taken) == 1)
    assert (tmp_path / "a.db").read_bytes() == b"rubbish" * 1000


@pytest.mark.chaos
async def test_what_a_killed_trader_could_not_tell_is_told_by_the_next(hub, tmp_path, gold, telegram):
    """Telegram is away, the trader is killed, and what it had to say is on its disk."""
    candles, _ = load(gold)
    versions = await undisturbed(tmp_path / "undisturbed.db", candles)
    hub.poison.add(versions[0])
    telegram.always = 500
    quick = {"MAX_RETRIES": "0", "RETRY_DELAY_SECONDS": "0.01"}
    env = producing(hub, tmp_path) | environment(telegram) | quick
    first = await start("trade", str(gold), "--symbol", "XAUUSD", env=env)
    await until(lambda: len(telegram.calls) >= 1, seconds=60)
    first.kill()
    assert await first.wait() == -9
    hub.poison.clear()
    telegram.always = None
    second = await start("trade", str(gold), "--symbol", "XAUUSD", env=env)
    said, _ = await asyncio.wait_for(second.communicate(), 60)
    assert second.returncode == 0, said
    assert telegram.taken, "nothing failed in the second: it is the first one's"
    assert all("is still not delivered after 1 attempts" in text for text in telegram.taken)
