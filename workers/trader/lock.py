"""One trader a spool: a lock that the kernel takes back when its process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import structlog

_LENGTH = 512
log = structlog.get_logger("caerus.trader")


class TraderRunning(Exception):
    """Another trader is there; the message says who."""


class Holder(msgspec.Struct, frozen=True):
    """Who has the spool. `instance` is the spool's: whoever has the lock next goes on under it."""

    instance: UUID
    pid: int
    host: str


def host() -> str:
    """The machine's name, as a heartbeat may tell it."""
    return "".join(c for c in socket.gethostname() if "\x21" <= c <= "\x7e")[:64] or "unknown"


@contextmanager
def held(spool: str | Path) -> Iterator[Holder]:
    """The spool is ours until the block ends; `TraderRunning` if it is somebody's.

    The lock is on a file beside the spool, which stays: a lock on a file that was removed keeps nobody out.
    """
    path = Path(spool).with_suffix(".lock")
    # A file descriptor that no child inherits: the lock is gone with this process.
    opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TraderRunning(_refusal(path, _read(opened))) from None
        yield _taken(opened, _read(opened))
    finally:
        os.close(opened)


def _taken(opened: int, before: Holder | None) -> Holder:
    ours = Holder(before.instance if before else uuid4(), os.getpid(), host())
    if before:
        log.info("lock.taken_over", instance=str(ours.instance), from_pid=before.pid)
    # Always as long: there is no moment at which half of it is the last holder's.
    os.pwrite(opened, msgspec.json.encode(ours).ljust(_LENGTH), 0)
    os.ftruncate(opened, _LENGTH)
    os.fsync(opened)
    return ours


def _read(opened: int) -> Holder | None:
    try:
        return msgspec.json.decode(os.pread(opened, _LENGTH + 1, 0), type=Holder)
    except msgspec.MsgspecError:
        return None


def _refusal(path: Path, holder: Holder | None) -> str:
    by = (
        f"process {holder.pid} on {holder.host} (instance {holder.instance})" if holder else "another process"
    )
    return f"Another trader works on this spool: {by} holds {path}. Stop it first."
