"""Hub processes of one machine on one port: each takes a share of the sockets, and all tell the same."""

import asyncio
from contextlib import AsyncExitStack

from hub.core.embedded import Endpoints
from hub.core.settings import Settings
from hub.serve import server, shared_port
from tests.hubs import RunningHub, until
from tests.stream.sockets import fresh_topic, opened, tell


async def test_two_hubs_on_one_port_share_the_sockets_and_tell_the_same(
    hub: RunningHub, settings: Settings, servers: Endpoints
) -> None:
    res = hub.res
    first = shared_port(res.settings.serve.model_copy(update={"port": 0}))
    port = first.getsockname()[1]
    second = shared_port(res.settings.serve.model_copy(update={"port": port}))
    hubs = [server(settings, servers.dsn, servers.redis_url) for _ in range(2)]
    serving = [asyncio.create_task(each.serve([at])) for each, at in zip(hubs, (first, second), strict=True)]
    await until(lambda: all(each.started for each in hubs))
    topic, people = fresh_topic(), [await hub.person() for _ in range(3)]
    shared = RunningHub(f"http://127.0.0.1:{port}", res, hub.http)
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(opened(shared)) for _ in range(60)]
        for number, stream in enumerate(streams):
            await stream.auth(people[number % 3].token)
            await stream.sub(topic)
        counts = [sum(each.resources.sockets.people.values()) for each in hubs]
        assert sum(counts) == 60 and min(counts) > 0, counts
        await tell(hub, topic, 2)
        assert [[e["offset"] for e in await stream.take(2)] for stream in streams] == [[1, 2]] * 60
        hubs[0].should_exit = True
        await serving[0]
        async with opened(shared) as again:
            await again.auth(people[0].token)
    hubs[1].should_exit = True
    await serving[1]
