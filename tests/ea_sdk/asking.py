"""Asks the compiled pieces of the SDK (ea-sdk/shim/answers.cpp)."""

import os
import subprocess
from pathlib import Path
from typing import Any

from tests.ea_sdk.build import compiled

Field = bytes | str | int


class Pieces:
    """One process that answers until it is closed; `folder` is where its files lie."""

    def __init__(self, folder: Path, **environment: str) -> None:
        known = os.environ | {"SHIM_FILES": str(folder)} | environment
        self._process = subprocess.Popen(
            [compiled("answers")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=known
        )

    def __enter__(self) -> "Pieces":
        return self

    def __exit__(self, *_: Any) -> None:
        self._process.communicate()
        assert self._process.returncode == 0

    def ask(self, what: str, *fields: Field) -> str:
        """The answer. Bytes and texts go as hex, numbers as they are."""
        return self.line(" ".join([what, *map(_field, fields)]))

    def line(self, text: str) -> str:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(text + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().rstrip("\n")


def _field(value: Field) -> str:
    if isinstance(value, int):
        return str(value)
    raw = value.encode() if isinstance(value, str) else value
    return raw.hex() or "-"


def unhex(answer: str) -> bytes:
    return b"" if answer == "-" else bytes.fromhex(answer)
