"""Child processes that never outlive us, and never run as root when they refuse to."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

with suppress(ImportError):  # as fcntl
    import pwd

_PR_SET_PDEATHSIG = 1
UNPRIVILEGED = "nobody"


class NotStarted(Exception):
    """A server did not come up; the message ends with the last lines of its log."""


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def die_with_parent(number: int) -> Callable[[], None]:
    """For `preexec_fn`: on Linux the kernel sends `number` to the child when we are gone."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def before_exec() -> None:
        os.setpgid(0, 0)
        if libc:
            libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)

    return before_exec


def spawn(
    command: Sequence[str | Path], log: Path, *, user: str | None = None, death: int = signal.SIGTERM
) -> "subprocess.Popen[bytes]":
    """Start a server with its output in `log`, in a process group of its own."""
    with open(log, "ab") as out:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
            user=user,
            preexec_fn=die_with_parent(death),
        )


def wait_until(
    ready: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path, *, seconds: float
) -> None:
    """Poll `ready` while the process lives, or raise `NotStarted`."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
            raise NotStarted(f"{Path(str(process.args[0])).name} did not start; {log} ends with:\n{tail}")  # type: ignore[index]
        time.sleep(0.02)


def stop(process: "subprocess.Popen[bytes]", number: int = signal.SIGTERM, *, seconds: float = 10) -> None:
    """Ask, wait, then insist."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def server_user() -> str | None:
    """PostgreSQL refuses root: whom to run it as, None for ourselves."""
    return UNPRIVILEGED if os.geteuid() == 0 else None


def reachable(path: Path, user: str | None) -> bool:
    """Whether `user` may walk down to `path` (we never chmod somebody's folders)."""
    if user is None:
        return True
    entry = pwd.getpwnam(user)
    for folder in [path, *path.parents]:
        if not folder.exists():
            continue
        stat = folder.stat()
        bit = 0o100 if stat.st_uid == entry.pw_uid else 0o010 if stat.st_gid == entry.pw_gid else 0o001
        if not stat.st_mode & bit:
            return False
    return True


def wait_gone(pid: int, *, seconds: float) -> None:
    """Wait for a process that is not our child to end."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise NotStarted(f"process {pid} holds the data and does not end; stop it and try again")
