"""Both servers together, and how other commands find them while they run."""

import os
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

import msgspec

from hub.core.embedded.postgres import Postgres
from hub.core.embedded.process import NotStarted
from hub.core.embedded.valkey import Valkey
from hub.core.secrets import Secrets
from hub.core.settings import Settings

with suppress(ImportError):  # there is none on Windows, where nothing is embedded
    import fcntl


class Endpoints(msgspec.Struct, frozen=True):
    """Where the servers are; holds passwords, so it is written 0600 and never logged."""

    dsn: str
    owner_dsn: str
    admin_dsn: str
    redis_url: str


class Servers:
    """`with Servers(settings, secrets) as endpoints: ...`; one at a time per home."""

    def __init__(self, settings: Settings, secrets: Secrets) -> None:
        self.home = settings.app.home.resolve()
        self.home.mkdir(parents=True, exist_ok=True)
        self.postgres = Postgres(self.home, secrets.get("POSTGRES_PASSWORD"))
        self.valkey = Valkey(self.home, secrets.get("REDIS_PASSWORD"))
        self._lock: IO[str] | None = None

    def start(self) -> Endpoints:
        """Bring both up; `NotStarted` says what is in the way."""
        self._lock = _exclusive(self.home / "lock")
        self.postgres.start()
        self.valkey.start()
        endpoints = Endpoints(
            self.postgres.dsn("caerus_app"),
            self.postgres.dsn("caerus_owner"),
            self.postgres.dsn("postgres"),
            self.valkey.url(),
        )
        _write_private(self.home / "endpoints.json", msgspec.json.encode(endpoints))
        return endpoints

    def stop(self) -> None:
        (self.home / "endpoints.json").unlink(missing_ok=True)
        self.valkey.stop()
        self.postgres.stop()
        if self._lock:
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def running(home: Path) -> Endpoints | None:
    """The servers another process started below `home`, if they still run."""
    try:
        with open(home / "lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return None
    except FileNotFoundError:
        return None
    except OSError:
        path = home / "endpoints.json"
        return msgspec.json.decode(path.read_bytes(), type=Endpoints) if path.exists() else None


def _exclusive(path: Path) -> IO[str]:
    lock = open(path, "w")  # noqa: SIM115 - held as long as the servers run
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise NotStarted(
            f"Caerus already runs on {path.parent}. Stop it, or give this one another home: CAERUS_HOME=..."
        ) from None
    return lock


def _write_private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
