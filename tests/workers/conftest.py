import pytest
from caerus_client.device import DeviceClient

from tests.client.conftest import hub, ledger, spool
from tests.client.fakehub import DEVICE, DEVICE_SECRET_SHOWN
from tests.workers.commands import GOLD
from tests.workers.test_terminal import bar
from tests.workers.traders import BARS
from workers.simulator import Ea, Terminal
from workers.source import Sample

__all__ = ["hub", "ledger", "spool"]


@pytest.fixture
def terminal():
    made = Terminal(GOLD)
    made.on_bar(bar(10))
    yield made
    made.close()


@pytest.fixture
async def ea(hub, ledger, terminal):
    async with DeviceClient(hub.url, DEVICE, DEVICE_SECRET_SHOWN) as client:
        yield Ea(terminal, client, ledger)


@pytest.fixture(scope="session")
def bars():
    return list(Sample().candles(BARS))
