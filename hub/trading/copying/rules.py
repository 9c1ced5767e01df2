"""What a copied order is to be, and what keeps it out. No state, no I/O, no clock.

The limits are risk's rules with the caps of copied trades; here is only what copying adds to them.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from msgspec import UNSET
from msgspec.structs import asdict, replace

from hub.core.problems import invalid
from hub.trading.copying.models import (
    Copier,
    CopyRiskIn,
    Fill,
    Fit,
    Known,
    Most,
    MostOf,
    OwnMost,
    OwnTolerance,
    Tolerance,
    ToleranceOf,
)
from hub.trading.risk import rules as risk
from hub.trading.risk import sizing
from hub.trading.risk.models import Caps, CapsIn, Figures, Size, Standing, Trade, Verdict
from hub.trading.risk.rules import WHOLE
from hub.trading.risk.sizing import Terms
from hub.trading.signals.models import Signal
from strategies.symbols import SYMBOLS, Symbol

CURRENCY = "USD"
"""The contract terms of every symbol are in dollars, and there are no rates."""
_CAPS = [name for name in CapsIn.__struct_fields__ if name in CopyRiskIn.__struct_fields__]


def tightened(own: CapsIn, given: CopyRiskIn) -> CapsIn:
    """One's own limits with what was given in their place."""
    return replace(own, **{name: value for name, value in _given(given).items() if name in _CAPS})


def bounded(copier: Copier, given: CopyRiskIn, most: Most) -> Copier:
    """The same for what copying alone limits; `Invalid` for more than anybody may."""
    changed = {name: value for name, value in _given(given).items() if name not in _CAPS}
    volume, trades = changed.get("max_volume"), changed.get("max_trades_a_day")
    if volume is not None and not (volume.is_finite() and 0 < volume <= most.max_volume):
        raise invalid("/max_volume", f"must be above 0, and {most.max_volume} lots at most")
    if trades is not None and trades > most.max_trades_a_day:
        raise invalid("/max_trades_a_day", f"is looser than {most.max_trades_a_day}")
    return replace(copier, **changed)


def _given(given: CopyRiskIn) -> dict[str, Any]:
    return {name: value for name, value in asdict(given).items() if value is not UNSET}


def named(given: CopyRiskIn) -> dict[str, int | str | None]:
    """What was given, as it is told and written down."""
    return {
        name: str(value) if isinstance(value, Decimal) else value for name, value in _given(given).items()
    }


def most(copier: Copier | None, house: Most) -> MostOf:
    """The tighter of the house's and one's own: the house's may have become tighter since."""
    own = OwnMost(copier.max_trades_a_day, copier.max_volume) if copier else OwnMost(None, None)
    effective = Most(
        min(house.max_trades_a_day, own.max_trades_a_day or house.max_trades_a_day),
        min(house.max_volume, own.max_volume or house.max_volume),
    )
    return MostOf(effective, house, own)


def tolerance(copier: Copier | None, house: Tolerance) -> ToleranceOf:
    """One's own, point by point, else the house's; 0 is a limit too."""
    drift, spread = (copier.max_drift_points, copier.max_spread_points) if copier else (None, None)
    effective = Tolerance(
        house.max_drift_points if drift is None else drift,
        house.max_spread_points if spread is None else spread,
    )
    return ToleranceOf(effective, house, OwnTolerance(drift, spread))


def terms(symbol: Symbol, price: Decimal, leverage: int, max_volume: Decimal) -> Terms:
    """A symbol's terms as far as the house knows them; the margin is what the account's leverage makes it."""
    point, tick_value = Decimal(str(symbol.point)), Decimal(str(symbol.tick_value)) * 100
    return Terms(
        tick_size=point,
        tick_value=tick_value,
        volume_min=Decimal(str(symbol.volume_min)),
        volume_step=Decimal(str(symbol.volume_step)),
        volume_max=min(Decimal(str(symbol.volume_max)), max_volume),
        margin=tick_value / point * price / leverage,
    )


def asked(size: Size, multiplier_bp: int, caps: Caps) -> Size:
    """How much is taken: one's own size so many times. A share of equity at risk is never above what a trade may
    risk; a share of free margin is taken as it is, and the limits judge what it risks.
    """
    bp = size.bp * multiplier_bp // WHOLE
    if size.mode == "fixed_risk":
        return Size("fixed_risk", min(bp, caps.max_trade_risk_bp))
    return Size("fraction", min(bp, WHOLE))


def fit(
    known: Known, now: Standing, waiting: int, size: Size, signal: Signal, max_volume: Decimal, caps: Caps
) -> Fit | Verdict:
    """The order for one account whose standing is known, or why there is none.

    `waiting` is what copied orders that no snapshot shows will bind. A size of risk is fitted into what the
    exposure leaves; a size of margin is not.
    """
    leverage, equity, free = known.leverage, now.equity, known.free_margin
    if not leverage or equity is None or free is None or now.margin is None:
        return Verdict("unknown", "trade_unknown", {"leverage": leverage or "missing"})
    free -= waiting
    if size.mode == "fixed_risk":
        free = min(free, equity * caps.max_exposure_bp // WHOLE - now.margin - waiting)
        equity = _whole(equity, size.bp)
    broker = terms(SYMBOLS[signal.instrument], signal.entry, leverage, max_volume)
    sized = sizing.size(size, equity, free, signal.entry, signal.stop, broker)
    return Fit(sized.volume, sized.risk, sized.margin) if sized.verdict.opens else sized.verdict


def _whole(equity: int, bp: int) -> int:
    """Of which `bp` is a whole minor unit: a loss that is rounded up is then not above the limit."""
    return equity * bp // WHOLE * WHOLE // bp if bp else equity


def judged(known: Known, now: Standing, waiting: int, order: Fit, caps: Caps, fresh_ms: int) -> Verdict:
    """Risk's verdict of an account with the order, and with what waits to be filled."""
    leverage = known.leverage or 0
    margin = None if now.margin is None else now.margin + waiting
    notional = None if now.notional is None else now.notional + waiting * leverage
    new = Trade(order.risk, order.margin, order.margin * leverage)
    own = risk.in_currency(caps, known.currency)
    return risk.trade(replace(now, margin=margin, notional=notional), new, own, fresh_ms)


def least(fits: Sequence[Fit]) -> Fit:
    """One command goes to all accounts: the smallest of the orders, with the most it may risk and bind on any."""
    volume = min(fit.volume for fit in fits)
    shares = [Fraction(volume) / Fraction(fit.volume) for fit in fits]
    risks = [_up(fit.risk * share) for fit, share in zip(fits, shares, strict=True)]
    margins = [_up(fit.margin * share) for fit, share in zip(fits, shares, strict=True)]
    return Fit(volume, max(risks), max(margins))


def _up(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


def drift(fill: Fill) -> Decimal:
    """How much worse than its signal's entry an order was filled, in points; below 0: better."""
    way = fill.fill_price - fill.entry if fill.side == "buy" else fill.entry - fill.fill_price
    return way / Decimal(str(SYMBOLS[fill.instrument].point))


def drifted(fills: Sequence[Fill], n: int, limit: Decimal) -> Figures | None:
    """The figures, when the last `n` fills were on average more than `limit` points worse; fewer say nothing."""
    last = [drift(fill) for fill in fills[:n]]
    if len(last) < n or sum(last) <= limit * n:
        return None
    mean = round(sum(last, Decimal(0)) / n, 2)
    return {"mean_points": str(mean), "limit_points": str(limit), "fills": n}


def breach(verdict: Verdict) -> bool:
    """Whether a verdict of the limits says that one was broken; what is not known breaks none."""
    return verdict.outcome in ("block", "liquidate")


def unheard(known: Sequence[Known], now: datetime, seconds: int) -> Known | None:
    """An account whose terminal was not heard of for so long, or ever."""
    limit = now - timedelta(seconds=seconds)
    return next((each for each in known if each.heard_at is None or each.heard_at < limit), None)


def day(now: datetime) -> datetime:
    """When the day (UTC) began."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
