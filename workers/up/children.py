"""The processes of `caerus up`: started together, restarted when they die, stopped together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import structlog
from msgspec import Struct

from hub.core.embedded.process import die_with_parent, stop

log = structlog.get_logger()

_HOLD_OFF_SECONDS = 1.0


class Child(Struct, frozen=True):
    """`caerus <args>` with some variables of its own; secrets go through the environment."""

    name: str
    args: tuple[str, ...]
    env: dict[str, str] = {}
    module: str = "hub.cli"


class Children:
    """A small supervisor."""

    def __init__(self, logs: Path, env: dict[str, str]) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._logs, self._env = logs, env
        self._running: dict[str, tuple[Child, subprocess.Popen[bytes], float]] = {}

    def start(self, child: Child) -> None:
        with open(self._logs / f"{child.name}.log", "ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", child.module, *child.args],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=os.environ | self._env | child.env,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        self._running[child.name] = (child, process, time.monotonic())

    def pid(self, name: str) -> int:
        return self._running[name][1].pid

    def ended(self, name: str) -> bool:
        return self._running[name][1].poll() is not None

    def tend(self) -> list[str]:
        """Start again what has died (not more than once a second); the names."""
        dead = [
            child
            for child, process, began in self._running.values()
            if process.poll() is not None and time.monotonic() - began > _HOLD_OFF_SECONDS
        ]
        for child in dead:
            log.warning("child.died", name=child.name, code=self._running[child.name][1].returncode)
            self.start(child)
        return [child.name for child in dead]

    def stop(self) -> None:
        """Ask all at once, then wait for each."""
        processes = [process for _, process, _ in self._running.values()]
        for process in processes:
            if process.poll() is None:
                process.terminate()
        for process in processes:
            stop(process)
        self._running.clear()
