"""A process whose clock can be moved from outside while it runs."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import jwt.api_jwt

from hub.core import clock

Offset = Callable[[], float]


def move(offset: Offset) -> None:
    """Every reading of the wall clock in this process is `offset()` seconds off; monotonic time is not."""
    wall, wall_ns = time.time, time.time_ns
    time.time = lambda: wall() + offset()
    time.time_ns = lambda: wall_ns() + int(offset() * 1e9)
    clock.now = lambda: datetime.now(UTC) + timedelta(seconds=offset())
    jwt.api_jwt.datetime = _moved(offset)  # type: ignore[attr-defined]


def _moved(offset: Offset) -> type[datetime]:
    class Moved(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Self:
            return super().now(tz) + timedelta(seconds=offset())

    return Moved
