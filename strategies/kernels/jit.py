"""The one door to numba: compile options, and where compiled code is cached."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def is_writable(folder: Path) -> bool:
    """Whether a file can be made in `folder`; asks by trying, as permissions do not tell it all."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def private_dir(base: Path) -> Path:
    """A folder in `base` that only this user can write: the cache holds code that will be run.

    It is the same one at every start, unless somebody else has made it first.
    """
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = base / f"caerus-numba-{user}"
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and found.st_uid == user and not found.st_mode & 0o022
    return folder if private else Path(tempfile.mkdtemp(prefix="caerus-numba-", dir=base))


def cache_dir(package: Path, configured: str = "") -> Path:
    """Where the compiled kernels of `package` go: a folder of their own for each state of its sources.

    numba looks only at the file a kernel stands in, and would keep stale code when a function that it
    calls changes in another. The folder lies in `configured` (NUMBA_CACHE_DIR), else beside the
    sources, else (a read-only image) in a private folder under the system's temporary directory.
    """
    sources = hashlib.sha256()
    for source in sorted(package.rglob("*.py")):
        sources.update(source.read_bytes())
    name = f"numba-{sources.hexdigest()[:16]}"
    if configured:
        return Path(configured) / name
    if is_writable(package):
        return package / "__pycache__" / name
    return private_dir(Path(tempfile.gettempdir())) / name


_config: Any = numba.config
_config.CACHE_DIR = str(cache_dir(Path(__file__).parents[1], _config.CACHE_DIR))


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` on first call: cached, GIL released, IEEE division (x/0 is inf or NaN).

    Floating-point contraction and reassociation stay off, so the bits do not depend on the CPU.
    """
    compiled = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return cast("Callable[P, R]", compiled)


def inline(function: Callable[P, R]) -> Callable[P, R]:
    """As `kernel`, for the few operations that a batch and a step share."""
    compiled = numba.njit(nogil=True, error_model="numpy", inline="always")(function)
    return cast("Callable[P, R]", compiled)
