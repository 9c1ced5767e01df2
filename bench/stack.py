"""A throw-away hub for the benches: its own servers, its own ports, on this machine."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.core.embedded.process import free_port
from hub.core.settings import Settings
from workers.up.children import Child
from workers.up.stack import Stack


@contextmanager
def stack(*processes: str | Child) -> Iterator[Stack]:
    """`with stack("serve", "relay") as running:`"""
    with tempfile.TemporaryDirectory(prefix="caerus-bench-") as folder:
        Path(folder).chmod(0o755)
        os.environ |= {
            "CAERUS_HOME": folder,
            "HUB_PORT": str(free_port()),
            "OPS_PORT": str(free_port()),
            "APP_LOG_LEVEL": "WARNING",
        }
        with Stack(Settings(), processes=processes) as running:
            running.wait_ready()
            yield running


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
