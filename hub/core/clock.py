"""The one clock. Every time in the hub is read here, in UTC."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC)


def rfc3339(at: datetime) -> str:
    """`2026-11-22T10:00:00Z`; fractions only when there are any."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
