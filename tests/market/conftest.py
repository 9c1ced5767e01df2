"""Real candles, and a name of one's own for them."""

import os
from pathlib import Path
from uuid import uuid4

import pytest

_BESIDE = Path(__file__).parents[3] / "shared" / "data"
DATA = Path(os.environ.get("CAERUS_TEST_DATA", _BESIDE))


@pytest.fixture(scope="session")
def data() -> Path:
    assert DATA.is_dir(), f"real candles are read from {DATA}, which is not part of the repository"
    return DATA


@pytest.fixture
def name() -> str:
    """A symbol nobody else uses; it keeps the week of the currency market."""
    return "T" + uuid4().hex[:12].upper()
