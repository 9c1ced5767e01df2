"""What tests of trading share."""

import pytest

from hub.core.embedded import Endpoints
from tests.hubs import RunningHub
from tests.trading.papers import Market


@pytest.fixture
async def market(hub: RunningHub, servers: Endpoints) -> Market:
    """An empty market of US500."""
    market = Market(hub)
    await market.empty(servers.owner_dsn)
    return market
