"""Where compiled kernels are cached."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import strategies
from strategies.kernels.jit import cache_dir, private_dir

READ_ONLY = Path("/proc/self")
"""Nobody can make a file here, root neither."""


def package(folder: Path, source: str) -> Path:
    folder.mkdir()
    (folder / "kernel.py").write_text(source)
    return folder


def test_a_writable_package_caches_beside_its_sources(tmp_path: Path) -> None:
    assert cache_dir(package(tmp_path / "p", "a = 1")).parent == tmp_path / "p/__pycache__"


def test_a_read_only_package_caches_under_the_temporary_folder() -> None:
    assert cache_dir(READ_ONLY).parent == private_dir(Path(tempfile.gettempdir()))


def test_the_fallback_is_private_and_stays_the_same(tmp_path: Path) -> None:
    folder = private_dir(tmp_path)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert private_dir(tmp_path) == folder


def test_a_fallback_that_others_can_write_is_not_trusted(tmp_path: Path) -> None:
    folder = private_dir(tmp_path)
    folder.chmod(0o777)
    other = private_dir(tmp_path)
    assert other != folder
    assert other.stat().st_mode & 0o777 == 0o700


def test_a_configured_folder_wins(tmp_path: Path) -> None:
    assert cache_dir(READ_ONLY, str(tmp_path)).parent == tmp_path


def test_changed_sources_get_a_cache_of_their_own(tmp_path: Path) -> None:
    one, same, other = (
        cache_dir(package(tmp_path / name, source)).name
        for name, source in [("a", "x = 1"), ("b", "x = 1"), ("c", "x = 2")]
    )
    assert one == same != other


def test_kernels_run_from_a_configured_cache(tmp_path: Path) -> None:
    code = "import numpy as np; from strategies.kernels.roc import roc; print(roc(np.array([1., 2.]), 1).tolist())"
    environ = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(tmp_path),
        "PYTHONPATH": str(Path(strategies.__path__[0]).parent),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.strip() == "[nan, 100.0]"
    assert list(tmp_path.rglob("*.nbi"))
