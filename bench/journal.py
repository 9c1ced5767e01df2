"""Opening the EA's journal: the MQL5 files compiled by g++ through the shim (`ea-sdk/shim`), as the tests do, but optimised.

One process opens a journal of so many settled commands of three lines each. The time is the SDK's and the shim's: what
MetaEditor makes of the same files is not measured. Reading ten times as many should take ten times as long.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import NAMESPACE_OID, uuid5

SHIM = Path(__file__).parents[1] / "ea-sdk" / "shim"
COUNTS, ROUNDS = (3_000, 10_000, 30_000), 3
FILE = "bench.journal"


def run() -> list[dict[str, object]]:
    """Medians; seconds are of the whole process that opens the file once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = _compiled(folder)
        return [_row(program, folder, count) for count in COUNTS]


def _row(program: Path, folder: Path, count: int) -> dict[str, object]:
    (folder / FILE).write_text("".join(_line(each) for number in range(count) for each in _records(number)))
    seconds = median(_opened(program, folder, count) for _ in range(ROUNDS))
    return {"commands": f"{count:,}", "seconds": seconds, "us a command": seconds / count * 1e6}


def _opened(program: Path, folder: Path, count: int) -> float:
    shutil.copy(folder / FILE, folder / "opened.journal")
    # The file is long: it would be shortened, which is measured by nobody here.
    question = f"shorten opened.journal {10**9}\n"
    began = perf_counter()
    told = subprocess.run(
        [program],
        input=question,
        env=os.environ | {"SHIM_FILES": str(folder)},
        capture_output=True,
        text=True,
    )
    took = perf_counter() - began
    assert told.stdout.count("=closed") == count, told.stdout[-500:]
    return took


def _records(number: int) -> list[dict[str, object]]:
    id = str(uuid5(NAMESPACE_OID, str(number)))
    body = json.dumps({"command_id": id, "status": "closed", "at": "2026-11-30T10:00:00Z"})
    return [
        {
            "r": "begin",
            "id": id,
            "at": 1_700_000_000 + number,
            "plain": json.dumps({"kind": "open", "id": id}),
        },
        {"r": "said", "id": id, "status": "closed", "filled": False, "body": body},
        {"r": "sent", "n": number},
    ]


def _line(record: dict[str, object]) -> str:
    text = json.dumps(record, separators=(",", ":"))
    return f"{hashlib.sha256(text.encode()).hexdigest()[:8]} {text}\n"


def _compiled(folder: Path) -> Path:
    compiler = shutil.which("g++")
    if compiler is None:
        sys.exit("This bench compiles the EA SDK: apt-get install g++.")
    made = folder / "answers"
    command = [compiler, "-std=c++17", "-O2", "-I", str(SHIM), str(SHIM / "answers.cpp"), "-o", str(made)]
    subprocess.run(command, check=True)
    return made
