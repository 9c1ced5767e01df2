import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ea_sdk.asking import Pieces
from tests.ea_sdk.build import SDK


@pytest.fixture(scope="session")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pieces]:
    with Pieces(tmp_path_factory.mktemp("pieces")) as answering:
        yield answering


def vectors(name: str) -> Any:
    return json.loads((Path(SDK) / "vectors" / f"{name}.json").read_text())


@pytest.fixture(scope="session")
def wire() -> Any:
    return vectors("wire")
