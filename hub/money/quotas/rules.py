"""What each plan allows, and when a period begins and ends (UTC)."""

from datetime import UTC, datetime, timedelta

from hub.money.quotas.models import Key, Period, Plan, Quota, Usage

_STANDING = datetime(1970, 1, 1, tzinfo=UTC)

_PERIODS: dict[Key, Period] = {
    "approvals": "day",
    "devices": "standing",
}
_LIMITS: dict[Plan, dict[Key, int | None]] = {
    "free": {"approvals": 200, "devices": 5},
    "pro": {"approvals": 2_000, "devices": 20},
    "enterprise": dict.fromkeys(_PERIODS),
}


def quotas(plan: Plan) -> list[Quota]:
    return [Quota(key, period, _LIMITS[plan][key]) for key, period in _PERIODS.items()]


def quota(plan: Plan, key: Key) -> Quota:
    return Quota(key, _PERIODS[key], _LIMITS[plan][key])


def start(period: Period, now: datetime) -> datetime:
    """When the period that `now` lies in began."""
    if period == "standing":
        return _STANDING
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.replace(day=1) if period == "month" else midnight


def resets(period: Period, now: datetime) -> datetime | None:
    """When the next period begins; None for what stands."""
    began = start(period, now)
    if period == "standing":
        return None
    return began + timedelta(days=1) if period == "day" else (began + timedelta(days=32)).replace(day=1)


def usage(quota: Quota, used: int, now: datetime) -> Usage:
    remaining = None if quota.limit is None else max(quota.limit - used, 0)
    return Usage(quota.key, quota.period, quota.limit, used, remaining, resets(quota.period, now))
