"""What a decision may hold, what is taken out of it, and how pages follow each other."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from hub.core.log import clean
from hub.core.problems import FieldError, Invalid, invalid
from hub.research.decisions.models import Decision, DecisionIn

MOST_BYTES = 16_384
"""Of features, and of thresholds, as JSON."""
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
_CLOCK_SKEW = timedelta(seconds=300)
_AHEAD = 2
_PERSONAL = re.compile(
    r"e?_?mail$|phone|passport|iban|birth|surname|(first|last|full)_?name|address", re.IGNORECASE
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_TOKEN = re.compile(r"(?i:bearer\s+\S+)|\beyJ[\w-]+\.[\w-]+\.[\w-]*|-----BEGIN [A-Z ]+-----.*", re.DOTALL)
_PHONE = re.compile(r"(?<![\w.])\+\d[\d ()-]{7,18}\d")
_CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w.-])")


def check(items: list[DecisionIn], now: datetime) -> None:
    """`Invalid` with every fault and where it is."""
    faults = [fault for number, item in enumerate(items) for fault in _faults(number, item, now)]
    if faults:
        raise Invalid("The decisions are not valid: " + faults[0].detail, errors=tuple(faults))


def _faults(number: int, item: DecisionIn, now: datetime) -> Iterator[FieldError]:
    for name, moment in (("at", item.at), ("bar_time", item.bar_time)):
        if not OLDEST <= moment <= now + _CLOCK_SKEW:
            yield FieldError(f"/items/{number}/{name}", "must be after 1989, and not in the future")
    for name, facts in (("features", item.features), ("thresholds", item.thresholds)):
        if (size := len(msgspec.json.encode(facts))) > MOST_BYTES:
            yield FieldError(f"/items/{number}/{name}", f"has {size} bytes; {MOST_BYTES} are allowed")


def redacted(facts: dict[str, Any]) -> dict[str, Any]:
    """As the log would show it, and without what looks like somebody's."""
    found: dict[str, Any] = _impersonal(None, clean(facts))
    return found


def redacted_text(text: str) -> str:
    """A text without addresses, numbers of people and cards, and tokens; PostgreSQL takes no NUL."""
    text = str(clean(text))
    for pattern in (_EMAIL, _TOKEN, _CARD, _PHONE):
        text = pattern.sub("[redacted]", text)
    return text.replace("\0", "\ufffd")


def _impersonal(key: Any, value: Any) -> Any:
    if isinstance(key, str) and _PERSONAL.search(key):
        return "[redacted]"
    if isinstance(value, str):
        return redacted_text(value)
    if isinstance(value, dict):
        return {redacted_text(name): _impersonal(name, each) for name, each in value.items()}
    return [_impersonal(None, each) for each in value] if isinstance(value, list) else value


def months(moments: list[datetime]) -> list[datetime]:
    """The first moments of the months (UTC) that these lie in."""
    return sorted({_month(moment) for moment in moments})


def ahead(now: datetime) -> list[datetime]:
    """This month and the next two."""
    found = [_month(now)]
    for _ in range(_AHEAD):
        found.append(_month(found[-1] + timedelta(days=32)))
    return found


def _month(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def cursor(last: Decision) -> str:
    """Microseconds since `OLDEST` and the id: where the next page goes on."""
    return f"{(last.bar_time - OLDEST) // timedelta(microseconds=1)}-{last.id}"


def place(cursor: str | None) -> tuple[datetime | None, UUID | None]:
    """Where a cursor points to."""
    if cursor is None:
        return None, None
    since, _, id = cursor.partition("-")
    try:
        return OLDEST + timedelta(microseconds=int(since)), UUID(id)
    except ValueError:
        raise invalid("/cursor", "is none that this list has given") from None
