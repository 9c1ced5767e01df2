"""C programs of the bench, compiled when they are needed."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def cache() -> Path:
    """Where the bench keeps what it builds; ours alone."""
    folder = Path(tempfile.gettempdir()) / f"caerus-bench-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        sys.exit(f"{folder} belongs to somebody else; set TMPDIR.")
    return folder


def program(name: str) -> str:
    """The compiled `bench/<name>.c`; built once for each text of it and of the headers."""
    source = HERE / f"{name}.c"
    text = b"".join(path.read_bytes() for path in (source, *sorted(HERE.glob("*.h"))))
    out = cache() / f"{name}-{hashlib.sha256(text).hexdigest()[:16]}"
    if not out.exists():
        compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            sys.exit(
                "This bench needs a C compiler (its generator and its floor are C): "
                "apt-get install gcc libc6-dev, or set CC."
            )
        part = out.with_suffix(f".{os.getpid()}")
        subprocess.run([compiler, "-O2", "-o", str(part), str(source)], check=True)
        part.replace(out)
    return str(out)
