"""Which days are looked at."""

from datetime import date, timedelta

from hub.core.problems import invalid

USUAL = 30
MOST = 366
_FIRST = date(1990, 1, 1)


def days(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """First and last day; `Invalid` for none, for too many, and for what no calendar of ours holds."""
    last = until or max(today, since or today)
    if not _FIRST <= last <= today + timedelta(days=1):
        raise invalid("/until", "must be after 1989, and not in the future")
    first = since or max(_FIRST, last - timedelta(days=USUAL - 1))
    if first < _FIRST or first > last:
        raise invalid("/since", "must be after 1989, and not after `until`")
    if (last - first).days >= MOST:
        raise invalid("/since", f"{MOST} days at most are looked at")
    return first, last
