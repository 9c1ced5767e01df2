"""Values of an old SQLite file, whatever type they were stored with, as ours; or `Unfit`, which says why not."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from hub.core import money

_FORMATS = (
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%Y-%m-%d %H:%M:%S %Z",
    "%a, %d %b %Y %H:%M:%S %Z",
)
_MILLIS = 100_000_000_000
_NOTHING = ("", "none", "null", "nan", "nat", "n/a", "-")
_MOST = Decimal(10) ** 12
_MINOR = 2**63 - 1
_TRUE, _FALSE = (
    ("1", "true", "yes", "passed", "pass", "ok", "valid"),
    ("0", "false", "no", "failed", "fail", "invalid"),
)


class Unfit(ValueError):
    """A value that cannot be used, or a row because of it."""


def nothing(value: Any) -> bool:
    """Whether a value stands for none: null, an empty text, "None", "nan"."""
    return value is None or value != value or (isinstance(value, str) and value.strip().lower() in _NOTHING)


def text(value: Any, most: int = 200) -> str | None:
    """Text without the NUL bytes that PostgreSQL refuses."""
    if nothing(value):
        return None
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value).replace("\0", "").strip()[:most] or None


def number(value: Any) -> Decimal | None:
    """A finite number below a million millions; a comma may stand for the point."""
    if nothing(value):
        return None
    written = value.strip() if isinstance(value, str) else str(value)
    if "," in written and "." not in written and written.count(",") == 1:
        written = written.replace(",", ".")
    try:
        found = Decimal(written.replace(" ", ""))
    except (InvalidOperation, ValueError):
        raise Unfit(f"{_shown(value)} is not a number") from None
    if "_" in written or not found.is_finite() or abs(found) >= _MOST:
        raise Unfit(f"{_shown(value)} is not a number")
    return found


def minor(value: Any, currency: str) -> int | None:
    """An amount in minor units, rounded half to even."""
    if (amount := number(value)) is None:
        return None
    units = money.minor(amount, currency)
    if abs(units) > _MINOR:
        raise Unfit(f"{_shown(value)} is more money than there is")
    return units


def time(value: Any, zone: ZoneInfo) -> datetime | None:
    """A time in UTC. `zone` is that of a text which does not say its own; numbers are Unix seconds or milliseconds."""
    if nothing(value):
        return None
    try:
        found = _from_number(value) if _is_number(value) else _from_text(str(value).strip(), zone)
    except (ValueError, OverflowError, OSError):
        raise Unfit(f"{_shown(value)} is not a time") from None
    if not 1970 <= found.year <= 2200:
        raise Unfit(f"{_shown(value)} is not a time of this age")
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) or (
        isinstance(value, str) and value.strip().replace(".", "", 1).isdigit() and len(value.strip()) >= 9
    )


def _from_number(value: Any) -> datetime:
    seconds = float(value)
    seconds = seconds / 1000 if abs(seconds) >= _MILLIS else seconds
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def _from_text(written: str, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(written.removesuffix(" UTC"))
        if written.endswith(" UTC"):
            found = found.replace(tzinfo=UTC)
    except ValueError:
        found = _from_formats(written)
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _from_formats(written: str) -> datetime:
    for form in _FORMATS:
        try:
            found = datetime.strptime(written, form)  # noqa: DTZ007 -- the zone comes after
        except ValueError:
            continue
        return found.replace(tzinfo=UTC) if "%Z" in form else found
    raise ValueError(written)


def flag(value: Any) -> bool | None:
    """Yes or no, however it was written."""
    if (written := text(value)) is None:
        return None
    if written.lower() in _TRUE:
        return True
    if written.lower() in _FALSE:
        return False
    raise Unfit(f"{_shown(value)} is neither yes nor no")


def _shown(value: Any) -> str:
    return repr(value)[:60]
