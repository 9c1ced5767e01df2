"""Every rule of risk, each with its reason and the figures it was made with.

An account that is not known (no snapshot, an old one, equity that is missing, NaN or 0: what MetaTrader says while
it is not connected) is `unknown`: that opens nothing, closes nothing, and does not undo a liquidation (`carried`).
Negative equity is believed: after a gap it is real. Shares are compared by multiplication, so nothing is rounded.
`strategies.guards` says of 10,000 accounts at once what `account` says of one.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import takewhile
from typing import Any, TypeGuard

from msgspec.structs import replace

from hub.core.money import digits
from hub.market.quotes.models import Tick
from hub.trading.risk.models import Caps, Outcome, Standing, Trade, Verdict
from strategies.guards import BOUND, SKEW_MS
from strategies.hours import DEFAULT_MARKET_TZ, Session, Span, session

WHOLE = 10_000
"""Basis points."""
_HUNDREDTHS = 100
OK = Verdict("ok", "ok")


def account(now: Standing, caps: Caps, fresh_ms: int) -> Verdict:
    """What an account may do: liquidation first, then what is not known, then what keeps new trades out.

    `caps` are the account's own (`in_currency`).
    """
    if not _known(now.age_ms) or not -SKEW_MS <= now.age_ms <= fresh_ms:
        return Verdict("unknown", "snapshot_stale", {"age_ms": _shown(now.age_ms), "fresh_ms": fresh_ms})
    if not _known(now.equity) or now.equity == 0:
        return Verdict("unknown", "equity_unknown", {"equity": _shown(now.equity)})
    for rule in (_liquidation, _gaps, _blocks):
        if verdict := next(rule(now, now.equity, caps), None):
            return verdict
    return OK


def _liquidation(now: Standing, equity: int, caps: Caps) -> Iterator[Verdict]:
    if _positive(now.peak) and _fell(equity, now.peak, caps.liquidation_drawdown_bp):
        figures = _fall(equity, now.peak, caps.liquidation_drawdown_bp)
        yield Verdict("liquidate", "liquidation_drawdown", figures)
    floor = caps.liquidation_equity
    # An account that never was above the floor has not fallen through it: it takes no new trades, that is all.
    if equity < floor and (not _positive(now.peak) or now.peak >= floor):
        yield Verdict("liquidate", "liquidation_equity", {"equity": equity, "limit": floor})


def _gaps(now: Standing, equity: int, caps: Caps) -> Iterator[Verdict]:
    if not _positive(now.peak):
        yield Verdict("unknown", "peak_unknown", {"peak": _shown(now.peak)})
    if not _positive(now.day):
        yield Verdict("unknown", "day_unknown", {"day": _shown(now.day)})
    if not _counted(now.margin):
        yield Verdict("unknown", "margin_unknown", {"margin": _shown(now.margin)})
    if caps.max_leverage_x100 is not None and not _counted(now.notional):
        yield Verdict("unknown", "notional_unknown", {"notional": _shown(now.notional)})


def _blocks(now: Standing, equity: int, caps: Caps) -> Iterator[Verdict]:
    peak, day, margin = now.peak or 0, now.day or 0, now.margin or 0
    if _fell(equity, peak, caps.max_drawdown_bp):
        yield Verdict("block", "drawdown", _fall(equity, peak, caps.max_drawdown_bp))
    if equity < caps.min_equity:
        yield Verdict("block", "equity_floor", {"equity": equity, "limit": caps.min_equity})
    if _fell(equity, day, caps.daily_stop_bp):
        yield Verdict("block", "daily_stop", _fall(equity, day, caps.daily_stop_bp))
    yield from _bound(equity, margin, now.notional or 0, caps)


def _bound(equity: int, margin: int, notional: int, caps: Caps) -> Iterator[Verdict]:
    if margin * WHOLE > equity * caps.max_exposure_bp:
        figures = {"margin": margin, "equity": equity, "limit_bp": caps.max_exposure_bp}
        yield Verdict("block", "exposure", {**figures})
    cap = caps.max_leverage_x100
    if cap is not None and notional * 100 > equity * cap:
        yield Verdict("block", "leverage", {"notional": notional, "equity": equity, "limit_x100": cap})


def trade(now: Standing, new: Trade, caps: Caps, fresh_ms: int) -> Verdict:
    """Whether an account may take one more trade, as it would stand with it."""
    verdict = account(now, caps, fresh_ms)
    if not verdict.opens:
        return verdict
    asked = (new.risk, new.margin) + ((new.notional,) if caps.max_leverage_x100 is not None else ())
    if not all(map(_counted, asked)):
        return Verdict("unknown", "trade_unknown", {"risk": _shown(new.risk), "margin": _shown(new.margin)})
    return next(_with(now, new, caps), OK)


def _with(now: Standing, new: Trade, caps: Caps) -> Iterator[Verdict]:
    equity, risk = now.equity or 0, new.risk or 0
    if risk * WHOLE > equity * caps.max_trade_risk_bp:
        figures = {"risk": risk, "equity": equity, "limit_bp": caps.max_trade_risk_bp}
        yield Verdict("block", "trade_risk", {**figures})
    margin, notional = (now.margin or 0) + (new.margin or 0), (now.notional or 0) + (new.notional or 0)
    yield from _bound(equity, margin, notional, caps)


def in_currency(caps: Caps, currency: str | None) -> Caps:
    """The limits of one account: amounts, kept in hundredths of a major unit, in minor units of its currency (None: not known,
    so hundredths), rounded up to the tighter side.
    """
    unit = 10 ** digits(currency or "")
    if unit == _HUNDREDTHS:
        return caps
    least, floor = caps.min_equity * unit, caps.liquidation_equity * unit
    return replace(caps, min_equity=-(-least // _HUNDREDTHS), liquidation_equity=-(-floor // _HUNDREDTHS))


def carried(before: Outcome | None, now: Verdict) -> bool:
    """Whether what was said before stands: a liquidation is not undone by not knowing."""
    return before == "liquidate" and now.outcome == "unknown"


def gap(before: Decimal | None, now: Decimal | None, limit_bp: int) -> Verdict:
    """Whether the price jumped by more than `limit_bp` of the last one."""
    if not (_price(before) and _price(now)):
        return Verdict("unknown", "price_unknown", {"before": str(before), "now": str(now)})
    if abs(Fraction(now) - Fraction(before)) * WHOLE > Fraction(before) * limit_bp:
        return Verdict("block", "price_gap", {"before": str(before), "now": str(now), "limit_bp": limit_bp})
    return OK


def spread(bid: Decimal | None, ask: Decimal | None, limit_bp: int) -> Verdict:
    """Whether the market is dry: a spread over `limit_bp` of the bid."""
    if not (_price(bid) and _price(ask)) or ask < bid:
        return Verdict("unknown", "price_unknown", {"bid": str(bid), "ask": str(ask)})
    if (Fraction(ask) - Fraction(bid)) * WHOLE > Fraction(bid) * limit_bp:
        return Verdict("block", "spread", {"bid": str(bid), "ask": str(ask), "limit_bp": limit_bp})
    return OK


def dry(ticks: Sequence[Tick], now: datetime, limit_bp: int, seconds: int, fresh: timedelta) -> Verdict:
    """Whether a market is dry and has been for `seconds`. `ticks` of one source, oldest first; see `_stood`."""
    wide = list(takewhile(lambda tick: _wide(tick, limit_bp), reversed(_unbroken(ticks, now, fresh))))
    return spread(wide[0].bid, wide[0].ask, limit_bp) if _stood(wide[::-1], seconds) else OK


def _wide(tick: Tick, limit_bp: int) -> bool:
    return spread(tick.bid, tick.ask, limit_bp).outcome == "block"


def jumped(
    ticks: Sequence[Tick], now: datetime, limit_bp: int, seconds: int, fresh: timedelta
) -> tuple[Verdict, datetime] | None:
    """The last jump from which nothing has come back for `seconds`, and when it came.

    Two quotes before it must be as far away as the last one: else it is one crazy quote that is over.
    """
    run = _unbroken(ticks, now, fresh)
    for n in range(len(run) - 1, 1, -1):
        since = run[n:]
        said = [gap(before.bid, tick.bid, limit_bp) for tick in since for before in run[n - 2 : n]]
        if all(each.outcome == "block" for each in said) and _stood(since, seconds):
            return said[-1], since[0].time
    return None


def _unbroken(ticks: Sequence[Tick], now: datetime, fresh: timedelta) -> list[Tick]:
    """The newest ticks until now of which each came within `fresh` of the one before: silence stands for nothing."""
    run, after = list[Tick](), now
    for tick in reversed(ticks):
        if after - tick.time > fresh:
            break
        run.append(tick)
        after = tick.time
    return run[::-1]


def _stood(ticks: Sequence[Tick], seconds: int) -> bool:
    """One quote alone closes nothing, however crazy; nor do two of one moment."""
    return len(ticks) > 1 and ticks[-1].time - ticks[0].time >= timedelta(seconds=seconds)


def window(
    symbol: str,
    now: datetime,
    lead_minutes: int,
    blocked: tuple[Span, ...] = (),
    zone: str = DEFAULT_MARKET_TZ,
) -> Verdict:
    """Whether a trade may be entered: not in a close-only span, nor `lead_minutes` before one or before the close."""
    try:
        states = [session(symbol, now + timedelta(minutes=n), blocked, zone) for n in range(lead_minutes + 1)]
    except KeyError:
        return Verdict("unknown", "market_unknown", {"symbol": symbol})
    figures: dict[str, int | str] = {"symbol": symbol, "at": now.isoformat(), "lead_minutes": lead_minutes}
    if states[0] == "closed":
        return Verdict("block", "market_closed", figures)
    return Verdict("block", "close_only", figures) if any(map(_shut, states)) else OK


def _shut(state: Session) -> bool:
    return state != "open"


def tighter(base: Caps, own: Caps) -> Caps:
    """The tighter of two in every limit. What keeps new trades out is never beyond what closes everything."""
    liquidation = min(base.liquidation_drawdown_bp, own.liquidation_drawdown_bp)
    equity = max(base.liquidation_equity, own.liquidation_equity)
    leverages = [cap for cap in (base.max_leverage_x100, own.max_leverage_x100) if cap is not None]
    return Caps(
        max_drawdown_bp=min(base.max_drawdown_bp, own.max_drawdown_bp, liquidation),
        min_equity=max(base.min_equity, own.min_equity, equity),
        liquidation_drawdown_bp=liquidation,
        liquidation_equity=equity,
        max_exposure_bp=min(base.max_exposure_bp, own.max_exposure_bp),
        max_trade_risk_bp=min(base.max_trade_risk_bp, own.max_trade_risk_bp),
        daily_stop_bp=min(base.daily_stop_bp, own.daily_stop_bp),
        max_leverage_x100=min(leverages) if leverages else None,
    )


def loosened(base: Caps, own: Caps) -> list[str]:
    """The limits in which `own` is looser than `base`."""
    looser: dict[str, Callable[[Any, Any], bool]] = dict.fromkeys(Caps.__struct_fields__, _greater)
    looser |= dict.fromkeys(("min_equity", "liquidation_equity"), lambda b, o: o < b)
    pairs = {name: (getattr(base, name), getattr(own, name)) for name in looser}
    return [name for name, (b, o) in pairs.items() if b is not None and o is not None and looser[name](b, o)]


def _greater(base: int, own: int) -> bool:
    return own > base


def _known(value: int | None) -> TypeGuard[int]:
    """A whole number that can be one of money; what a broker's NaN or infinity became is none."""
    return type(value) is int and -BOUND <= value <= BOUND


def _positive(value: int | None) -> TypeGuard[int]:
    return _known(value) and value > 0


def _counted(value: int | None) -> TypeGuard[int]:
    return _known(value) and value >= 0


def _price(value: Decimal | None) -> TypeGuard[Decimal]:
    return value is not None and value.is_finite() and value > 0


def _fell(equity: int, high: int, limit_bp: int) -> bool:
    return (high - equity) * WHOLE >= high * limit_bp


def _fall(equity: int, high: int, limit_bp: int) -> dict[str, int | str]:
    fell_bp = (high - equity) * WHOLE // high
    return {"equity": equity, "from": high, "fell_bp": fell_bp, "limit_bp": limit_bp}


def _shown(value: object) -> int | str:
    return value if type(value) is int else "missing" if value is None else str(value)
