import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.client.fakehub import DEVICE, DEVICE_SECRET_SHOWN, FakeHub
from tests.ea_sdk.asking import Pieces
from tests.ea_sdk.build import SDK
from tests.ea_sdk.terminals import Terminal


@pytest.fixture(scope="session")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pieces]:
    with Pieces(tmp_path_factory.mktemp("pieces")) as answering:
        yield answering


def vectors(name: str) -> Any:
    return json.loads((Path(SDK) / "vectors" / f"{name}.json").read_text())


@pytest.fixture(scope="session")
def wire() -> Any:
    return vectors("wire")


@pytest.fixture
async def fake() -> AsyncIterator[FakeHub]:
    """A hub that tests can spoil."""
    hub = FakeHub()
    await hub.start()
    yield hub
    await hub.stop()


@pytest.fixture
def terminal(fake: FakeHub, tmp_path: Path) -> Terminal:
    """A terminal of the fake hub's device."""
    return Terminal(tmp_path, EA_ApiBase=fake.url, EA_DeviceId=DEVICE, EA_DeviceSecret=DEVICE_SECRET_SHOWN)
