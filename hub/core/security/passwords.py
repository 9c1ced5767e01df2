"""Argon2id, off the event loop, in as many threads as there are cores."""

import asyncio
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from prometheus_client import Counter

from hub.core.problems import Unavailable
from hub.core.settings import SecuritySettings

_runs = Counter("password_hash_total", "Argon2 runs: a hash made, a password verified", ["kind"])

_WAITING = 64
"""So many may wait for a thread; more would hold memory and be answered too late to matter."""


class Passwords:
    """Hash and verify; a missing user costs as much as a wrong password."""

    def __init__(self, settings: SecuritySettings) -> None:
        self._hasher = PasswordHasher(
            settings.argon2_time_cost, settings.argon2_memory_kib, settings.argon2_parallelism
        )
        self._threads = ThreadPoolExecutor(os.cpu_count() or 1, "argon2", initializer=_yield_to_the_loop)
        self._waiting = 0
        self._nobody = self._hasher.hash("nobody's password")

    async def hash(self, password: str) -> str:
        """The hash to store; Unavailable when too many wait."""
        _runs.labels("hash").inc()
        return str(await self._run(self._hasher.hash, password))

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Whether the password fits; None stands for a user who does not exist."""
        _runs.labels("verify").inc()
        fits = await self._run(self._verify, hashed or self._nobody, password)
        return bool(fits) and hashed is not None

    def is_dated(self, hashed: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)

    async def _run(self, work: object, *args: str) -> object:
        if self._waiting >= _WAITING:
            raise Unavailable("Too many people are signing in at this moment. Try again in a second.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)  # type: ignore[arg-type]
        finally:
            self._waiting -= 1

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def close(self) -> None:
        self._threads.shutdown(wait=False)


def _yield_to_the_loop() -> None:
    """Hashing goes last: on Linux niceness is a thread's own, and requests come before sign-ins."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
