"""A gateway on a terminal in the best of moods."""

import pytest

from tests.workers.mt5.errands import Errands


@pytest.fixture
def errands(tmp_path):
    """With a quote, and nothing done yet."""
    made = Errands(tmp_path).calm()
    yield made
    made.gateway.close()
