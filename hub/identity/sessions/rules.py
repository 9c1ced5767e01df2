"""When a session is over."""

from datetime import datetime, timedelta

from hub.identity.sessions.models import Family


def over(family: Family, now: datetime, idle: timedelta) -> bool:
    """Ended, past its absolute end, unused for too long, or its person may not come any more (ASVS 7.3)."""
    late = family.expires_at <= now or family.seen_at + idle <= now
    return family.ended_at is not None or late or not family.active
