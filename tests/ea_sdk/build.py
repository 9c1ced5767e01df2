"""Compiles the SDK's MQL5 files with g++ through the shim, once for each state of the sources."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

SDK = Path(__file__).parents[2] / "ea-sdk"
FLAGS = (
    "-std=c++17", "-O0", "-Wall", "-Wextra", "-Werror",
    "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
)  # fmt: skip


def compiled(program: str) -> Path:
    """The path of `shim/{program}.cpp` compiled with what it includes. Without g++ says so: CI fails, others skip."""
    compiler = shutil.which("g++")
    if compiler is None:
        missing = "There is no g++, with which the EA SDK is compiled: apt-get install g++."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    folder = SDK / "build"
    folder.mkdir(exist_ok=True)
    made = folder / f"{program}-{_state()}"
    with (folder / f"{program}.lock").open("w") as lock:
        # two test processes want the same program at the same time
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _compile(compiler, program, made)
    return made


def _compile(compiler: str, program: str, made: Path) -> None:
    for old in made.parent.glob(f"{program}-*"):
        old.unlink()
    new = made.parent / f"new-{program}"
    command = [
        compiler,
        *FLAGS,
        "-I",
        str(SDK / "shim"),
        str(SDK / "shim" / f"{program}.cpp"),
        "-o",
        str(new),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.fail(f"the EA SDK does not compile:\n{done.stderr[:4000]}")
    new.rename(made)


def _state() -> str:
    digest = hashlib.sha256(" ".join(FLAGS).encode())
    for path in sorted(SDK.rglob("*")):
        if path.suffix in {".mqh", ".mq5", ".h", ".cpp"}:
            digest.update(f"{path.relative_to(SDK)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
