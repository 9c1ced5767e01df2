"""Settings that a test wants other than they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def environment(cached: Any, **variables: str) -> Iterator[None]:
    """Settings as these variables make them, and afterwards as they were before: nobody may read them again in between.

    `cached` is the room's `settings`, which remembers what it has read.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        cached.cache_clear()
        yield
    cached.cache_clear()
