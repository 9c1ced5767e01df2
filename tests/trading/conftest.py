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


@pytest.fixture
async def nobody_copies(hub: RunningHub) -> None:
    """Whoever copied in a test before does not any more."""
    await hub.rows("update trading.copiers set enabled = false")
