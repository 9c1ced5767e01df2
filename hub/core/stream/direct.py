"""Sockets that may be written to without asking their transports: one compiled loop of `send(2)` for many.

A descriptor is open here while its connection lives and its transport holds nothing that must go first. The
event loop tells both in time: `pause_writing` when bytes begin to wait, and `connection_lost` before the
descriptor is closed and may become somebody else's.
"""

from contextlib import suppress
from typing import Any

import numpy as np
from numba import types
from numpy.typing import NDArray

from strategies.kernels.jit import kernel

with suppress(ImportError):  # there is none on Windows, where no hub runs but a gateway may
    import resource

Descriptors = NDArray[np.int32]
NOBODY = -1

_MOST = 1 << 20
_NO_SIGNAL_NO_WAIT = 0x4000 | 0x40
_ssize, _int = types.ssize_t, types.intc
_libc_send: Any = types.ExternalFunction("send", _ssize(_int, types.voidptr, types.size_t, _int))


def _most_descriptors() -> int:
    try:
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    except NameError:
        return 0
    return min(limit, _MOST) if limit > 0 else _MOST


_open = np.zeros(_most_descriptors(), np.bool_)


def allow(descriptor: int) -> None:
    """Whatever is written to it next goes out next."""
    if descriptor < _open.size:
        _open[descriptor] = True


def refuse(descriptor: int) -> None:
    """Its transport has the word."""
    if descriptor < _open.size:
        _open[descriptor] = False


@kernel
def _send_each(  # type: ignore[no-untyped-def]
    descriptors, may, data, short
):
    left = 0
    for place in range(descriptors.size):
        descriptor = descriptors[place]
        if descriptor == NOBODY:
            continue
        taken = 0
        if descriptor < may.size and may[descriptor]:
            taken = max(0, _libc_send(descriptor, data.ctypes, data.size, _NO_SIGNAL_NO_WAIT))
        if taken < data.size:
            short[left, 0] = place
            short[left, 1] = taken
            left += 1
    return left


def send(descriptors: Descriptors, frames: bytes) -> list[tuple[int, int]]:
    """Send to each without the interpreter's lock: who took less than all, as (place, bytes taken)."""
    short = np.empty((descriptors.size, 2), np.int64)
    left = _send_each(descriptors, _open, np.frombuffer(frames, np.uint8), short)
    return [(place, taken) for place, taken in short[:left].tolist()] if left else []


# Loaded or compiled here, at start: the first event would hold the event loop for as long, a tenth of a second or more.
send(np.array([NOBODY], np.int32), b"-")
