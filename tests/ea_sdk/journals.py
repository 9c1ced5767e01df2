"""Journals as an EA leaves them, and what the SDK finds in one (times in days after the first)."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.ea_sdk.build import compiled

FIRST = 1_700_000_000
Record = dict[str, Any]


def begin(id: str, day: float = 0, plain: str = 'the "text" of a command') -> Record:
    return {"r": "begin", "id": id, "at": int(FIRST + 86_400 * day), "plain": plain}


def said(id: str, status: str, **facts: str) -> Record:
    body = json.dumps({"command_id": id, "status": status} | facts)
    return {"r": "said", "id": id, "status": status, "filled": "fill_price" in facts, "body": body}


def sent(number: int) -> Record:
    """The acknowledgement of that number in the file; the first is 0."""
    return {"r": "sent", "n": number}


def written(records: Iterable[Record]) -> bytes:
    texts = [json.dumps(record, separators=(",", ":")) for record in records]
    return "".join(f"{checksum(text)} {text}\n" for text in texts).encode()


def checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def read(file: Path) -> list[Record]:
    """Each line of a journal that must be whole."""
    found = []
    for line in file.read_text().splitlines():
        assert line[:8] == checksum(line[9:])
        found.append(json.loads(line[9:]))
    return found


def once(folder: Path, question: str, **environment: str) -> tuple[int, list[str]]:
    """How a process ended that was asked once, and the lines it said."""
    known = os.environ | {"SHIM_FILES": str(folder)} | environment
    done = subprocess.run(
        [compiled("answers")], input=question + "\n", env=known, capture_output=True, text=True
    )
    return done.returncode, done.stdout.splitlines()
