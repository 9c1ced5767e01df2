"""PostgreSQL and Valkey, killed with SIGKILL and started again on the same data and port."""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import asyncpg
import psutil

from hub.core.embedded import Servers, process
from hub.core.redis import Redis, open_redis
from tests.hubs import until


@contextmanager
def frozen(*pids: int) -> Iterator[None]:
    """These processes stand still until the block ends."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


class Machines:
    """The two servers below a stack."""

    def __init__(self, servers: Servers) -> None:
        self._postgres, self._valkey = servers.postgres, servers.valkey
        self.keeps = True
        """Whether Redis finds what it had written to its disk."""

    async def kill_postgres(self, *, down: float = 0) -> None:
        """Every process of it at once, as when the machine goes; `down` seconds later again, and ready."""
        await self._kill(self._postgres)
        await asyncio.sleep(down)
        again = process.spawn(
            self._process(self._postgres).args,  # type: ignore[arg-type]
            self._postgres.log,
            user=self._postgres.user,
            death=signal.SIGINT,
        )
        self._postgres._process = again
        await until(lambda: _answers(self._postgres.dsn("postgres", "postgres")), seconds=60)

    async def kill_redis(self, *, down: float = 0, empty: bool = False) -> None:
        """`down` seconds later it is there again; `empty`: its disk was lost too."""
        async with self.without_redis(empty=empty or not self.keeps):
            await asyncio.sleep(down)

    @asynccontextmanager
    async def without_redis(self, *, empty: bool) -> AsyncIterator[None]:
        """Killed on entry; there again, on the same port, on exit. `empty`: its disk was lost too."""
        await self._kill(self._valkey)
        try:
            yield
        finally:
            if empty:
                shutil.rmtree(self._data)
                self._data.mkdir(mode=0o700)
            again = process.spawn(self._process(self._valkey).args, self._valkey.log)  # type: ignore[arg-type]
            self._valkey._process = again
            await until(self._valkey._answers, seconds=30)

    async def freeze_redis(self, seconds: float) -> None:
        """It stands still for so long; whoever calls it hears nothing."""
        with frozen(self._process(self._valkey).pid):
            await asyncio.sleep(seconds)

    async def remember_redis(self) -> None:
        """`rewind_redis` goes back to here."""
        await self.redis("CONFIG", "SET", "auto-aof-rewrite-percentage", "0")
        await until(self._is_written, seconds=30)
        shutil.rmtree(self._kept, ignore_errors=True)
        await asyncio.to_thread(shutil.copytree, self._data, self._kept)

    async def rewind_redis(self) -> None:
        """Killed, and there again without what came after `remember_redis`."""
        async with self.without_redis(empty=False):
            shutil.rmtree(self._data)
            self._kept.rename(self._data)

    @property
    def _data(self) -> Path:
        return self._valkey.home / "valkey"

    @property
    def _kept(self) -> Path:
        return self._valkey.home / "valkey-kept"

    async def _is_written(self) -> bool:
        async with self._client() as client:
            info = await client.info("persistence")
        return bool(info["aof_buffer_length"] == 0 and info["aof_rewrite_in_progress"] == 0)

    async def redis(self, *command: str) -> None:
        """One command, such as FLUSHALL."""
        async with self._client() as client:
            await client.execute_command(*command)

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[Redis]:
        client = open_redis(self._valkey.url())
        try:
            yield client
        finally:
            await client.aclose()

    async def _kill(self, server: object) -> None:
        running = self._process(server)
        family = [psutil.Process(running.pid), *psutil.Process(running.pid).children(recursive=True)]
        for each in family:
            with suppress(psutil.NoSuchProcess):
                os.kill(each.pid, signal.SIGKILL)
        running.wait()
        await until(lambda: not any(_alive(each) for each in family))

    @staticmethod
    def _process(server: object) -> "subprocess.Popen[bytes]":
        found: subprocess.Popen[bytes] = server._process  # type: ignore[attr-defined]
        return found


def _alive(each: psutil.Process) -> bool:
    try:
        return bool(each.is_running() and each.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def _answers(dsn: str) -> bool:
    """It listens before it has recovered."""
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        return False
    await connection.close()
    return True
