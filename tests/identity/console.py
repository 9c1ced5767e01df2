"""`caerus` as a person at the server runs it: a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parents[2]


class Said(Struct, frozen=True):
    status: int
    out: str
    err: str


class Console(Struct, frozen=True):
    """The commands, against one database."""

    dsn: str
    redis_url: str

    def __call__(self, *args: str, stdin: str = "", **changed: str) -> Said:
        environment = os.environ | {
            "DB_DSN": self.dsn,
            "REDIS_URL": self.redis_url,
            "PYTHONPATH": f"{ROOT}:{ROOT / 'clients' / 'python'}",
            "COLUMNS": "200",
        }
        done = subprocess.run(
            [sys.executable, "-m", "hub.cli", *args],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env=environment | changed,
            cwd=ROOT,
        )
        return Said(done.returncode, done.stdout, done.stderr)
