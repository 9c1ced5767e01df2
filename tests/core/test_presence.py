"""What hubs tell of who is connected is good for a minute."""

import time

from hub.core.stream.presence import Presences
from tests.core.conftest import Apart
from tests.hubs import RunningHub


async def test_a_hub_that_says_nothing_more_is_counted_no_more(hub: RunningHub, apart: Apart) -> None:
    gone, stays = (Presences(apart.bus.redis, hub.res.feed, hub.res.sockets) for _ in range(2))
    gone.id = "gone:1"
    await gone.tell()
    assert {each.id for each in (await stays.all()).hubs} == {"gone:1", stays.id}
    await apart.bus.redis.zadd("caerus:presence", {"gone:1": time.time() - 61})
    assert [each.id for each in (await stays.all()).hubs] == [stays.id]
