"""What a signal must be, before anything is stored."""

from datetime import datetime, timedelta
from decimal import Decimal

from hub.core.problems import FieldError, Invalid
from hub.trading.signals.models import SignalIn
from strategies.symbols import SYMBOLS

_MAX_PRICE = Decimal(10) ** 9
_CLOCK_SKEW = timedelta(seconds=300)
_MAX_LIFE = timedelta(days=366)
_MAX_PLACES = 8


def check(signal: SignalIn, now: datetime) -> None:
    """`Invalid` with every fault and where it is."""
    faults = [*_instrument(signal), *_times(signal, now), *_prices(signal)]
    if faults:
        raise Invalid("The signal is not valid: " + faults[0].detail, errors=tuple(faults))


def _instrument(signal: SignalIn) -> list[FieldError]:
    if signal.instrument in SYMBOLS:
        return []
    return [FieldError("/instrument", f"unknown instrument; known are {', '.join(sorted(SYMBOLS))}")]


def _times(signal: SignalIn, now: datetime) -> list[FieldError]:
    expires_at, faults = signal.payload.expires_at, []
    if signal.time.tzinfo is None or expires_at.tzinfo is None:
        return [FieldError("/time", "times need a zone, as in 2026-11-22T10:00:00Z")]
    if signal.time > now + _CLOCK_SKEW:
        faults.append(FieldError("/time", "is in the future"))
    if not now < expires_at <= now + _MAX_LIFE:
        faults.append(FieldError("/payload/expires_at", "must be in the future, within a year"))
    return faults


def _prices(signal: SignalIn) -> list[FieldError]:
    payload = signal.payload
    given = {"entry": payload.entry, "stop": payload.stop, "target": payload.target}
    faults = [
        FieldError(f"/payload/{name}", fault) for name, price in given.items() if (fault := _price(price))
    ]
    return faults or _sides(signal)


def _price(price: Decimal) -> str | None:
    if not price.is_finite():
        return "must be a finite number"
    if not 0 < price < _MAX_PRICE:
        return "must be above 0 and below 1000000000"
    exponent = price.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > _MAX_PLACES:
        return "may have 8 decimal places at most"
    return None


def _sides(signal: SignalIn) -> list[FieldError]:
    """The stop loses, the target wins: for a buy below and above the entry, for a sell the reverse."""
    sign = 1 if signal.side == "buy" else -1
    payload, faults = signal.payload, []
    where = ("below", "above") if sign == 1 else ("above", "below")
    if (payload.entry - payload.stop) * sign <= 0:
        faults.append(FieldError("/payload/stop", f"must be {where[0]} the entry of a {signal.side}"))
    if (payload.target - payload.entry) * sign <= 0:
        faults.append(FieldError("/payload/target", f"must be {where[1]} the entry of a {signal.side}"))
    return faults
