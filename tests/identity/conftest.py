"""A worker beside the hub, for those who read letters."""

from collections.abc import AsyncIterator

import pytest

from hub.core.embedded import Endpoints
from tests.hubs import RunningHub
from tests.identity.mailbox import Mailbox, working


@pytest.fixture(scope="module")
async def mailbox(hub: RunningHub, servers: Endpoints) -> AsyncIterator[Mailbox]:
    async with working(hub.res, servers.redis_url):
        yield Mailbox(hub)
