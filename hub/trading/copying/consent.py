"""The words a person agrees to by turning copying on: one file a version; the newest is in force, the others are kept."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from hub.trading.approvals.models import Consent

_FOLDER = Path(__file__).parent / "consents"


@cache
def versions() -> dict[str, Consent]:
    """Every version there ever was, oldest first. A version is a date, which is its file's name."""
    files = sorted(_FOLDER.glob("*.md"))
    return {file.stem: Consent(file.stem, file.read_text(encoding="utf-8")) for file in files}


def current() -> Consent:
    """The version in force."""
    return list(versions().values())[-1]


def digest(version: str) -> bytes | None:
    """SHA-256 of a version's words, None of one that is not known."""
    known = versions().get(version)
    return sha256(known.text.encode()).digest() if known else None
