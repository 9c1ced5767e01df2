"""Peers that are no dependency of ours live in an environment of their own, made once."""

import subprocess
import sys
from pathlib import Path

from bench.compiled import cache

_WANTED = "socketify==0.0.31"


def python() -> str:
    """A Python that can import socketify; installs it the first time, from PyPI."""
    folder: Path = cache() / f"peers-{_WANTED}-{sys.version_info[0]}.{sys.version_info[1]}"
    found = folder / "bin" / "python"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        quiet = ("--quiet", "--disable-pip-version-check")
        if subprocess.run([str(found), "-m", "pip", "install", *quiet, _WANTED]).returncode:
            sys.exit(f"{_WANTED} could not be installed; leave the peer `uws` out: --peers")
        (folder / "complete").touch()
    return str(found)
