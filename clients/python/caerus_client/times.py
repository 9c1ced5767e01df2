"""RFC 3339 times, and a clock that can be put right by the hub's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

Now = Callable[[], datetime]

SKEW_WORTH_MENDING = timedelta(seconds=30)


def utc_now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)


def rfc3339(when: datetime) -> str:
    """`when` in UTC as `2026-11-22T10:00:00Z`, with a fraction only where there is one. Naive times are refused."""
    if when.tzinfo is None:
        raise ValueError("a time without a zone cannot be written as RFC 3339")
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z")


class SkewedClock:
    """The local clock plus a correction learned from the hub's `Date` header.

    A terminal's clock may be minutes off; the hub refuses signatures more than 300 s away from its own.
    """

    def __init__(self, now: Now = utc_now) -> None:
        self._now = now
        self.offset = timedelta(0)

    def __call__(self) -> datetime:
        return self._now() + self.offset

    def correct(self, date_header: str | None) -> bool:
        """Adopt the hub's time; True if it was more than 30 s away from ours, so that a retry makes sense."""
        theirs = _http_date(date_header)
        if theirs is None or abs(theirs - self()) <= SKEW_WORTH_MENDING:
            return False
        self.offset = theirs - self._now()
        return True


def _http_date(header: str | None) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
