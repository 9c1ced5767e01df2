"""The server on core 0, everything else on core 1; nothing where there is one core only."""

import os
import resource
from contextlib import suppress
from pathlib import Path

from hub.core import log

CORES = sorted(os.sched_getaffinity(0))
PINNED = len(CORES) > 1


def generator() -> int:
    """Make this process the one that loads a server: quiet, with many files, on its own core; the limit of files."""
    log.setup("WARNING")
    files = many_files()
    generator_side()
    return files


def generator_side() -> None:
    """This process, and what it starts from now on."""
    if PINNED:
        os.sched_setaffinity(0, CORES[1:2])


def server_side(pid: int) -> None:
    """A server and all its threads."""
    if PINNED:
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(ProcessLookupError):
                os.sched_setaffinity(int(task.name), CORES[:1])


def many_files() -> int:
    """Raise the soft limit of open files to the hard one, for us and for what we start; the limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def busy_seconds() -> float:
    """How long the server's core (all cores where nothing is pinned) has been at work for anybody."""
    name = f"cpu{CORES[0]} " if PINNED else "cpu "
    [line] = [line for line in Path("/proc/stat").read_text().splitlines() if line.startswith(name)]
    user, nice, system, _idle, _iowait, irq, softirq, steal = (int(each) for each in line.split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
