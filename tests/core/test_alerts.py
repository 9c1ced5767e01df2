"""The owner's alerts of the hub: sent once what they tell is true, joined, tried again, whoever dies."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from hub.core import clock, upkeep
from hub.core.alerts import queue
from hub.core.alerts.queue import Alert
from hub.core.alerts.settings import AlertSettings
from hub.core.alerts.telegram import Telegram
from hub.core.embedded import Endpoints
from tests.fakes.telegram import CHAT, TOKEN, FakeTelegram, environment, fake_telegram
from tests.hubs import RunningHub

SETTINGS = AlertSettings()


@pytest.fixture
async def fake(hub: RunningHub) -> AsyncIterator[FakeTelegram]:
    """A chat, and nothing that waits from tests before."""
    await hub.rows("update core.alerts set sent_at = at where sent_at is null")
    async with fake_telegram() as running:
        yield running


def a_kind() -> str:
    return f"test.{uuid4().hex[:8]}"


async def tell(hub: RunningHub, *alerts: Alert) -> None:
    async with hub.res.db.transaction() as tx:
        await queue.append(tx, alerts)


async def send(hub: RunningHub, fake: FakeTelegram) -> int:
    return await queue.send(hub.res, Telegram(fake.url, CHAT, lambda: TOKEN, timeout=1), SETTINGS)


async def later(hub: RunningHub) -> None:
    """Windows, pauses and claims are over."""
    past = clock.now() - timedelta(seconds=1)
    await hub.rows("update core.alert_kinds set next_at = $1", past)


async def due_in(hub: RunningHub, kind: str) -> float:
    [row] = await hub.rows("select next_at from core.alert_kinds where kind = $1", kind)
    return float((row[0] - clock.now()).total_seconds())


async def test_what_was_not_committed_is_not_told(hub: RunningHub, fake: FakeTelegram) -> None:
    async def undone() -> None:
        async with hub.res.db.transaction() as tx:
            await queue.append(tx, [Alert(a_kind(), "it never was")])
            raise LookupError

    with pytest.raises(LookupError):
        await undone()
    assert await send(hub, fake) == 0 and fake.taken == []


async def test_each_is_told_once_whatever_is_in_it(hub: RunningHub, fake: FakeTelegram) -> None:
    kind = a_kind()
    await tell(hub, Alert(kind, "nul \0 and half \ud800"))
    assert [await send(hub, fake), await send(hub, fake)] == [1, 0]
    assert fake.taken == [f"{kind}\nnul \ufffd and half ?"]


async def test_within_a_window_they_are_joined(hub: RunningHub, fake: FakeTelegram) -> None:
    kind, other = a_kind(), a_kind()
    await tell(hub, Alert(kind, "one"))
    await send(hub, fake)
    for text in ("two", "three"):
        await tell(hub, Alert(kind, text))
        assert await send(hub, fake) == 0
    await tell(hub, Alert(other, "another kind does not wait"))
    assert await send(hub, fake) == 1
    assert 290 < await due_in(hub, kind) <= 300
    await later(hub)
    await send(hub, fake)
    assert fake.taken[0] == f"{kind}\none"
    assert fake.taken[2] == f"{kind} (2 times)\ntwo\nthree"


async def test_what_failed_is_sent_again_ever_more_slowly(hub: RunningHub, fake: FakeTelegram) -> None:
    kind = a_kind()
    await tell(hub, Alert(kind, "it is so"))
    fake.answers.extend([500, "garbage", "cut", 403])
    for failures in range(1, 5):
        assert await send(hub, fake) == 0
        assert 0 < await due_in(hub, kind) <= 5 * 2 ** (failures - 1)
        assert await send(hub, fake) == 0 and len(fake.calls) == failures
        [row] = await hub.rows("select failures from core.alert_kinds where kind = $1", kind)
        assert row[0] == failures
        await later(hub)
    assert await send(hub, fake) == 1
    # The one that was cut had arrived, and nobody could know.
    assert fake.taken == [f"{kind}\nit is so"] * 2
    assert (await hub.rows("select failures from core.alert_kinds where kind = $1", kind))[0][0] == 0


async def test_a_limit_holds_every_kind(hub: RunningHub, fake: FakeTelegram) -> None:
    first, second = a_kind(), a_kind()
    await tell(hub, Alert(first, "a"), Alert(second, "b"))
    fake.answers.append(("limited", 77))
    assert await send(hub, fake) == 0
    assert len(fake.calls) == 1, "the second kind is not tried"
    assert min(await due_in(hub, first), await due_in(hub, second)) > 70
    await later(hub)
    assert await send(hub, fake) == 2


async def test_many_workers_tell_each_once(hub: RunningHub, fake: FakeTelegram) -> None:
    kinds = [a_kind() for _ in range(5)]
    await tell(hub, *(Alert(kind, str(n)) for kind in kinds for n in range(4)))
    await asyncio.gather(*(send(hub, fake) for _ in range(6)))
    assert sorted(text.partition(" ")[0] for text in fake.taken) == sorted(kinds)
    assert {text.splitlines()[-1] for text in fake.taken} == {"3"}


async def test_old_ones_are_forgotten(hub: RunningHub, fake: FakeTelegram) -> None:
    old, new = a_kind(), a_kind()
    await tell(hub, Alert(old, "a"), Alert(new, "b"))
    month_ago = clock.now() - timedelta(days=31)
    await hub.rows("update core.alerts set at = $2 where kind = $1", old, month_ago)
    await upkeep.forget_alerts(hub.res)
    kept = await hub.rows("select kind from core.alerts where kind = any($1::text[])", [old, new])
    assert [row[0] for row in kept] == [new]


async def killed(servers: Endpoints, fake: FakeTelegram, n: int, protection: str) -> bool:
    """Whether a worker came to its `n`th word, and died there."""
    arguments = ("-m", "tests.core.alert_process", servers.dsn, servers.redis_url, str(n), protection)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=os.environ | environment(fake)
    )
    assert await process.wait() in (0, -9)
    return process.returncode == -9


async def told_under_fire(
    hub: RunningHub, servers: Endpoints, fake: FakeTelegram, protection: str
) -> list[int]:
    """For a kill at the 1st word, the 2nd, ...: how often the alert arrived, once the next worker was done."""
    arrived, died = list[int](), True
    while died:
        await later(hub)
        fake.taken.clear()
        await tell(hub, Alert(a_kind(), "it is so"))
        died = await killed(servers, fake, len(arrived) + 1, protection)
        await later(hub)
        await send(hub, fake)
        arrived.append(len(fake.taken))
    return arrived


@pytest.mark.chaos
async def test_killing_the_worker_at_every_word_loses_none_and_repeats_one_at_most(
    hub: RunningHub, servers: Endpoints, fake: FakeTelegram
) -> None:
    arrived = await told_under_fire(hub, servers, fake, "on")
    assert len(arrived) > 5
    assert set(arrived) == {1, 2}
    assert (arrived[0], arrived[-1]) == (1, 1)


@pytest.mark.chaos
async def test_control_marked_before_it_is_sent_it_is_lost(
    hub: RunningHub, servers: Endpoints, fake: FakeTelegram
) -> None:
    assert 0 in await told_under_fire(hub, servers, fake, "off")
