"""A hub that hears nothing does not seem to: it says so to its sockets, and takes none."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from hub.core import health
from hub.core.problems import Unavailable
from hub.core.resources import open_resources
from hub.core.settings import Settings
from tests.chaos.proxy import Proxy
from tests.core.conftest import Apart
from tests.hubs import RunningHub, running_hub, until
from tests.stream.sockets import fresh_topic, opened, signed_in, tell


@asynccontextmanager
async def behind(settings: Settings, apart: Apart) -> AsyncIterator[tuple[RunningHub, Proxy]]:
    """A hub with its way to Redis."""
    parts = urlsplit(apart.redis_url)
    proxy = await Proxy(parts.port or 0).start()
    there = parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{proxy.port}").geturl()
    try:
        async with running_hub(settings, apart.dsn, there) as hub:
            yield hub, proxy
    finally:
        await proxy.stop()


async def test_who_listens_is_told_that_nothing_is_heard(
    settings: Settings, apart: Apart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.core.feed._DEAF_SECONDS", 0.5)
    topic = fresh_topic()
    async with behind(settings, apart) as (hub, proxy):
        person = await hub.person()
        async with signed_in(hub, person) as stream, signed_in(hub) as idle:
            place = await stream.sub(topic)
            proxy.refusing = True
            proxy.cut()
            assert await stream.close_code() == await idle.close_code() == 1011
        with pytest.raises(InvalidStatus) as refused:
            async with opened(hub):
                pass
        assert refused.value.response.status_code == 503
        with pytest.raises(Unavailable, match="The bus has been away for too long"):
            await health.check(hub.res)
        proxy.heal()
        await until(lambda: not hub.res.feed.deaf)
        await tell(hub, topic, 1)
        async with signed_in(hub, person) as stream:
            cursor = {"epoch": place["epoch"], "offset": place["offset"]}
            assert (await stream.sub(topic, cursor))["recovered"] is True
            assert [event["offset"] for event in await stream.take(1)] == [1]


async def test_a_hub_that_stood_still_itself_is_not_deaf(settings: Settings, apart: Apart) -> None:
    """When it goes on the time is up for every answer; Redis was there all the while."""
    topic = fresh_topic()
    async with behind(settings, apart) as (hub, proxy), signed_in(hub) as stream:
        await stream.sub(topic)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("hub.core.feed._DEAF_SECONDS", 0)
            proxy.cut()
            await tell(hub, topic, 1)
            assert len(await stream.take(1)) == 1
        assert not hub.res.feed.deaf and await stream.quiet()


async def test_a_moment_without_redis_is_nobody_s_business(settings: Settings, apart: Apart) -> None:
    topic = fresh_topic()
    async with behind(settings, apart) as (hub, proxy), signed_in(hub) as stream:
        await stream.sub(topic)
        proxy.cut()
        await tell(hub, topic, 1)
        assert len(await stream.take(1)) == 1
        assert not hub.res.feed.deaf and await stream.quiet()


@pytest.mark.parametrize("name", ["feed", "secrets"])
async def test_a_hub_whose_task_has_ended_is_not_ready(settings: Settings, apart: Apart, name: str) -> None:
    async with open_resources(settings, apart.dsn, apart.redis_url) as res:
        [task] = [task for task in res.nursery._tasks if task.get_name() == name]
        task.cancel()
        await until(lambda: res.nursery.ended == [name])
        with pytest.raises(Unavailable, match=f"The task {name} has ended"):
            await health.check(res)
    assert res.nursery.ended == [name]
