"""Small files, by the rule."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("hub", "workers", "strategies", "clients", "tests", "scripts", "bench", "ea-sdk", "dashboards")
SUFFIXES = {".py", ".ts", ".tsx", ".mqh", ".mq5", ".sql"}
GENERATED = {"schema.ts"}
MOST_LINES = 300


def sources() -> list[Path]:
    """What git tracks, and what it would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *FOLDERS]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [
        p
        for p in paths
        if p.suffix in SUFFIXES and p.name not in GENERATED and "dist" not in p.parts and p.exists()
    ]


def test_no_source_file_is_over_300_lines() -> None:
    files = sources()
    long = {str(p.relative_to(ROOT)): n for p in files if (n := len(p.read_text().splitlines())) > MOST_LINES}
    assert len(files) > 80
    assert long == {}


def test_no_file_is_called_utils() -> None:
    assert [p for p in sources() if p.stem in ("utils", "util", "helpers", "misc")] == []
