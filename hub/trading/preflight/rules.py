"""What strategies need of an account and its symbols. Every finding has its figures and what to mend.

The needs are `strategies.symbols`: whoever sizes, tests and approves a signal reckons with those terms.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from hub.core.problems import Conflict, FieldError, Invalid
from hub.trading.preflight import names
from hub.trading.preflight.models import (
    Flown,
    Gap,
    PreflightFinding,
    PreflightIn,
    PreflightSymbolIn,
    Reason,
    Severity,
    Stored,
)
from strategies.fib_rsi import FibRsiParams
from strategies.symbols import SYMBOLS, Symbol

_NUMBERS = ("contract_size", "tick_size", "volume_min", "volume_step", "volume_max")
_MOST, _SMALLEST_EXPONENT = Decimal(10) ** 12, -15
_ONE_PERCENT = Decimal("0.01")
# Where a stops level is no nuisance any more but rules our stops out. A choice, not a measurement.
_FAR_POINTS = 500


class TerminalOffline(Conflict):
    title = "Terminal is not connected"

    def __init__(self) -> None:
        super().__init__(
            "What a terminal says without its broker is not believed: connect it, and send again."
        )


def check(report: PreflightIn) -> None:
    """`TerminalOffline`, or `Invalid` for figures that no broker gives."""
    if not report.connected:
        raise TerminalOffline
    if faults := tuple(_faults(report)):
        raise Invalid("The report is not valid.", errors=faults[:20])


def _faults(report: PreflightIn) -> Iterator[FieldError]:
    for number, each in enumerate(report.symbols):
        at = f"/symbols/{number}"
        for name in _NUMBERS:
            if not _sane(getattr(each, name)) or getattr(each, name) <= 0:
                yield FieldError(f"{at}/{name}", "must be a number above 0")
        if not _sane(each.tick_value) or each.tick_value < 0:
            yield FieldError(f"{at}/tick_value", "must be a number, 0 or more")
    for name, n in Counter(each.name for each in report.symbols).items():
        if n > 1:
            yield FieldError("/symbols", f"{name} is there {n} times")


def _sane(value: Decimal) -> bool:
    if not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _SMALLEST_EXPONENT and abs(value) < _MOST


def findings(report: PreflightIn, skew_ms: int, max_skew_ms: int) -> list[PreflightFinding]:
    """Everything that is not as it must be or had better be. `skew_ms` is measured by the hub."""
    return [*_account(report, skew_ms, max_skew_ms), *_symbols(report)]


def _account(report: PreflightIn, skew_ms: int, most_ms: int) -> Iterator[PreflightFinding]:
    if not report.algo_allowed:
        yield _of_account("algo_off", "block", "Switch Algo Trading on, in the terminal and for this EA.")
    if not report.trade_allowed:
        yield _of_account(
            "trade_off", "block", "Sign in with the trading password; ask the broker if it stays."
        )
    if abs(skew_ms) > most_ms:
        yield _of_account(
            "clock_skew",
            "block",
            "Set the computer's clock by NTP: consent ends by this clock.",
            skew_ms=skew_ms,
            most_ms=most_ms,
        )
    elif abs(report.skew_ms) > most_ms:
        mend = "The terminal corrects its clock; set the computer's by NTP all the same."
        yield _of_account("clock_skew", "warn", mend, skew_ms=report.skew_ms, most_ms=most_ms)
    if report.mode == "netting":
        mend = "A second trade of a symbol changes the first one's position and stop: use a hedging account."
        yield _of_account("netting", "warn", mend)
    if report.leverage == 0:
        yield _of_account(
            "leverage_unknown", "warn", "Let the terminal tell its leverage; limits may need it."
        )


def _of_account(reason: Reason, severity: Severity, mend: str, **figures: int | str) -> PreflightFinding:
    return PreflightFinding(reason, severity, None, None, figures, mend)


def _symbols(report: PreflightIn) -> Iterator[PreflightFinding]:
    mapped, by_name = names.mapped(each.name for each in report.symbols), {s.name: s for s in report.symbols}
    for name in mapped.unknown:
        yield PreflightFinding(
            "unmapped", "warn", None, name, {}, "No instrument of ours; nothing is traded there."
        )
    for ours in SYMBOLS:
        if ours in mapped.one:
            yield from _symbol(report, SYMBOLS[ours], by_name[mapped.one[ours]])
        elif ours in mapped.many:
            figures: dict[str, int | str] = {"symbols": ", ".join(mapped.many[ours])}
            mend = "Report only the one symbol that is to be traded."
            yield PreflightFinding("ambiguous", "block", ours, None, figures, mend)
        else:
            yield PreflightFinding(
                "missing", "warn", ours, None, {}, "Show the symbol in Market Watch to trade it."
            )


def _symbol(report: PreflightIn, ours: Symbol, theirs: PreflightSymbolIn) -> Iterator[PreflightFinding]:
    for reason, severity, mend, figures in (*_terms(report, ours, theirs), *_dealing(ours, theirs)):
        yield PreflightFinding(reason, severity, ours.name, theirs.name, figures, mend)


_Found = tuple[Reason, Severity, str, dict[str, int | str]]


def _terms(report: PreflightIn, ours: Symbol, theirs: PreflightSymbolIn) -> Iterator[_Found]:
    """What a price and a lot are worth."""
    needed, point = contract_size(ours), exact(ours.point)
    if theirs.profit_currency != ours.currency:
        figures = _against(theirs.profit_currency, ours.currency)
        yield "profit_currency", "block", "Choose the symbol that is quoted in this currency.", figures
    if theirs.contract_size != needed:
        mend = "Choose the symbol with this contract size: another one multiplies the risk."
        yield "contract_size", "block", mend, _against(theirs.contract_size, needed)
    if theirs.digits < ours.digits:
        mend = "Choose the symbol with these digits: our prices do not fit on the broker's."
        yield "digits", "block", mend, _against(theirs.digits, ours.digits)
    elif theirs.digits > ours.digits:
        mend = "A terminal that counts bounds in the broker's smaller points refuses more; widen them."
        yield "digits", "warn", mend, _against(theirs.digits, ours.digits)
    if point % theirs.tick_size:
        mend = "Choose a symbol whose ticks our prices fit on."
        yield "tick_size", "block", mend, _against(theirs.tick_size, point)
    worth = theirs.contract_size * theirs.tick_size
    known = report.currency == theirs.profit_currency
    if not theirs.tick_value or (known and abs(theirs.tick_value - worth) > worth * _ONE_PERCENT):
        mend = "Show the symbol in Market Watch and wait for a quote; ask the broker if it stays."
        yield "tick_value", "block", mend, _against(theirs.tick_value, worth if known else "above 0")


def _dealing(ours: Symbol, theirs: PreflightSymbolIn) -> Iterator[_Found]:
    """What may be ordered."""
    least, step, most = exact(ours.volume_min), exact(ours.volume_step), exact(ours.volume_max)
    if theirs.volume_min > theirs.volume_max or theirs.volume_min > most:
        mend = "No volume of ours can be traded here; choose another symbol."
        yield "volume_min", "block", mend, _against(theirs.volume_min, most)
    elif theirs.volume_min > least:
        mend = "The least trade is larger than ours: a small account risks more, or is refused."
        yield "volume_min", "warn", mend, _against(theirs.volume_min, least)
    if step % theirs.volume_step:
        mend = "Volumes are rounded to the broker's step, so a trade risks a little more or less."
        yield "volume_step", "warn", mend, _against(theirs.volume_step, step)
    if theirs.volume_max < most:
        mend = "Larger trades are cut or refused."
        yield "volume_max", "warn", mend, _against(theirs.volume_max, most)
    near = exact(FibRsiParams().min_stop_distance_points) * exact(ours.point)
    level = Decimal(theirs.stops_level).scaleb(-theirs.digits)
    if level > _FAR_POINTS * exact(ours.point):
        mend = "The broker refuses stops where ours are; choose another symbol or broker."
        yield "stops_level", "block", mend, _against(level, _FAR_POINTS * exact(ours.point))
    elif level > near:
        mend = "The broker refuses an order whose stop is nearer than this; ours may be."
        yield "stops_level", "warn", mend, _against(level, near)
    if not {"fok", "ioc", "return"} & set(theirs.filling):
        mend = "The symbol takes no order that fills at the market; choose another."
        yield "filling", "block", mend, _against(", ".join(theirs.filling), "fok, ioc or return")
    if theirs.trade_mode != "full":
        mend = "The broker lets it be traded in part or not at all; ask for full access."
        yield "trade_mode", "block", mend, _against(theirs.trade_mode, "full")


def _against(found: Decimal | int | str, needed: Decimal | int | str) -> dict[str, int | str]:
    return {"found": _shown(found), "needed": _shown(needed)}


def _shown(value: Decimal | int | str) -> int | str:
    return plain(value) if isinstance(value, Decimal) else value


def plain(value: Decimal) -> str:
    """One text for equal numbers: `100`, not `1E+2` or `100.0`."""
    return f"{value.normalize():f}"


def exact(value: float) -> Decimal:
    """The decimal that a float in our own tables was written as."""
    return Decimal(repr(value))


def contract_size(ours: Symbol) -> Decimal:
    """Units in a lot: what a point of one lot is worth, by the point."""
    return exact(ours.tick_value) / exact(ours.point)


def gap(now_at: Flown, held: Stored | None, now: datetime, instrument: str | None) -> Gap | None:
    """Why this account must not open a live trade (of this instrument, unless None)."""
    if held is None:
        return "failed" if now_at.reported_at else "not_reported"
    if held.valid_until <= now:
        return "lapsed"
    if held.device_id != now_at.device_id:
        return "other_terminal"
    if _changed(now_at, held):
        return "changed"
    return "instrument" if instrument is not None and instrument not in held.instruments else None


def _changed(now_at: Flown, held: Stored) -> bool:
    """Whether looks that came after the last report say something else."""
    if any(getattr(now_at, name) != held.content[name] for name in ("currency", "mode", "kind")):
        return True
    if now_at.looked_at is None or now_at.looked_at <= held.confirmed_at:
        return False
    if not (now_at.trade_allowed and now_at.algo_allowed):
        return True
    return bool(now_at.leverage) and now_at.leverage != held.content["leverage"]
