import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from caerus_client.ledger import Ledger
from caerus_client.spool import Spool

from tests.client.fakehub import FakeHub

VECTORS = Path(__file__).with_name("wire.json")


@pytest.fixture(scope="session")
def wire() -> dict:
    return json.loads(VECTORS.read_text())


@pytest.fixture
async def hub() -> AsyncIterator[FakeHub]:
    fake = FakeHub()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with Spool(tmp_path / "spool.db") as opened:
        yield opened


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "ledger.db") as opened:
        yield opened
