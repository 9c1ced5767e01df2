"""Hub, relay and worker as processes: SIGHUP has them read their secrets again, and none restarts."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec import Struct

from hub.core.embedded.process import free_port
from hub.core.secrets.made import random_text, rsa_key
from hub.core.security.keyring import kid_of
from tests.core.conftest import Apart
from tests.hubs import until

_KEYS = ("JWT_PRIVATE_KEY", "DEVICE_KEY_KDF_SECRET", "DB_PASSWORD")


class Process(Struct, frozen=True):
    """A `caerus` command, and the file its log goes to."""

    popen: subprocess.Popen[bytes]
    log: Path

    def said(self, event: str) -> int:
        return self.log.read_text().count(f'"event":"{event}"')


class Processes:
    """Processes whose secrets are mounted files, outside development, where none is made."""

    def __init__(self, folder: Path, apart: Apart) -> None:
        self.folder, self.port, self.running = folder, free_port(), dict[str, Process]()
        self._env = {name: value for name, value in os.environ.items() if name not in _KEYS} | {
            "APP_ENV": "staging",
            "SMTP_URL": "smtp://127.0.0.1:25",
            "MFA_SEAL_SECRET": random_text(),
            "PUBLIC_URL": "https://caerus.example",
            "CAERUS_HOME": str(folder),
            "APP_LOG_LEVEL": "INFO",
            "DB_DSN": apart.dsn,
            "REDIS_URL": apart.redis_url,
            "HUB_PORT": str(self.port),
            "OPS_PORT": "0",
            "SECRETS_CACHE_SECONDS": "3600",
            **{f"{name}_FILE": str(folder / name) for name in _KEYS},
        }

    def mount(self, name: str, value: str) -> None:
        draft = self.folder / "draft"
        draft.write_text(value)
        draft.rename(self.folder / name)

    def start(self, command: str) -> Process:
        path = self.folder / f"{command}.log"
        with open(path, "wb") as out:
            popen = subprocess.Popen(
                [sys.executable, "-m", "hub.cli", command], env=self._env, stdout=out, stderr=out
            )
        self.running[command] = Process(popen, path)
        return self.running[command]

    def stop(self) -> None:
        for process in self.running.values():
            process.popen.terminate()
        for process in self.running.values():
            process.popen.wait(10)

    async def key_ids(self) -> list[str]:
        async with aiohttp.ClientSession() as http:
            try:
                async with http.get(f"http://127.0.0.1:{self.port}/.well-known/jwks.json") as answer:
                    return [key["kid"] for key in (await answer.json())["keys"]]
            except aiohttp.ClientConnectionError:
                return []


@pytest.fixture
async def processes(tmp_path: Path, apart: Apart) -> AsyncIterator[Processes]:
    found = Processes(tmp_path, apart)
    yield found
    found.stop()


async def test_a_hangup_rotates_keys_in_every_process_and_ends_none(processes: Processes) -> None:
    first, second = rsa_key(), rsa_key()
    processes.mount("JWT_PRIVATE_KEY", first)
    processes.mount("DEVICE_KEY_KDF_SECRET", random_text())
    serve, work, relay = (processes.start(command) for command in ("serve", "work", "relay"))

    async def ready() -> bool:
        up = work.said("worker.ready") and relay.said("relay.leading")
        return bool(up) and await processes.key_ids() == [kid_of(first)]

    await until(ready, seconds=30)
    processes.mount("JWT_PRIVATE_KEY", second)
    processes.mount("DB_PASSWORD", "of the relay, which connects but once")
    for process in (serve, work, relay):
        process.popen.send_signal(signal.SIGHUP)

    async def rotated() -> bool:
        return sorted(await processes.key_ids()) == sorted(map(kid_of, (first, second)))

    await until(rotated)
    await until(lambda: all(each.said("secret.changed") for each in (serve, work, relay)))
    assert [process.popen.poll() for process in (serve, work, relay)] == [None] * 3
    assert "PRIVATE KEY" not in serve.log.read_text() and "of the relay" not in relay.log.read_text()


@pytest.mark.parametrize("command", ["serve", "work"])
async def test_outside_development_nothing_starts_without_its_secrets(
    processes: Processes, command: str
) -> None:
    process = processes.start(command)
    assert await asyncio.to_thread(process.popen.wait, 20) != 0
    assert "set JWT_PRIVATE_KEY (env provider, APP_ENV=staging)" in process.log.read_text()
    assert not (processes.folder / "secrets").exists()


async def test_a_key_that_is_no_good_stops_the_start_with_a_sentence(processes: Processes) -> None:
    processes.mount("JWT_PRIVATE_KEY", "hunter2")
    process = processes.start("work")
    assert await asyncio.to_thread(process.popen.wait, 20) == 2
    said: Any = process.log.read_text()
    assert "JWT_PRIVATE_KEY must be a private RSA key" in said
    assert "hunter2" not in said and "Traceback" not in said
