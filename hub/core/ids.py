"""UUIDv7 (RFC 9562): time-ordered ids, made in the app."""

import os
import time
from threading import Lock
from uuid import UUID

_VERSION = 0x7 << 76
_VARIANT = 0x2 << 62
_RANDOM = (1 << 62) - 1
_TICKS = 1 << 12
"""Of a millisecond."""
_lock, _last = Lock(), 0


def uuid7() -> UUID:
    """48 bits of Unix milliseconds, 12 of their fraction (section 6.2, method 3), 62 random bits.

    Each of a process is greater than the one before, whatever the clock does.
    """
    global _last
    with _lock:
        _last = max(time.time_ns() * _TICKS // 1_000_000, _last + 1)
        milliseconds, fraction = divmod(_last, _TICKS)
    random = int.from_bytes(os.urandom(8), "big") & _RANDOM
    return UUID(int=(milliseconds << 80) | _VERSION | (fraction << 64) | _VARIANT | random)
