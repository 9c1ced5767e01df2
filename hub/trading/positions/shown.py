"""What is stored, as it is told."""

from datetime import datetime

from hub.trading.accounts.models import Held
from hub.trading.positions.models import (
    Doubt,
    Equity,
    Figures,
    Live,
    Mark,
    Money,
    Open,
    Position,
    PositionsChanged,
    Standing,
)
from hub.trading.positions.peaks import drawdown_percent
from hub.trading.positions.rules import Diff


def position(given: Open, currency: str) -> Position:
    facts = {name: getattr(given, name) for name in Open.__struct_fields__}
    return Position(
        **(facts | {"profit": Money(given.profit, currency), "swap": Money(given.swap, currency)})
    )


def changed(held: Held, currency: str, diff: Diff, taken_at: datetime) -> PositionsChanged:
    opened, other = ([position(each, currency) for each in kind] for kind in (diff.opened, diff.changed))
    return PositionsChanged(held.id, opened, other, diff.gone, taken_at)


def equity(
    held: Held, currency: str, figures: Figures, mark: Mark, taken_at: datetime, doubt: Doubt | None
) -> Equity:
    return Equity(
        held.id,
        Money(figures.balance, currency),
        Money(figures.equity, currency),
        Money(figures.margin, currency),
        Money(figures.free_margin, currency),
        Money(mark.peak_equity, currency),
        Money(mark.day_equity, currency),
        drawdown_percent(mark.peak_equity, figures.equity),
        taken_at,
        doubt,
    )


def live(held: Held, standing: Standing | None, positions: list[Open], age: float, fresh: float) -> Live:
    """`age` in seconds; at `fresh` and above it is stale."""
    if standing is None or held.currency is None:
        no = None
        return Live(held.id, no, no, no, no, no, no, no, no, no, no, no, no, True, no, [])
    currency = held.currency
    return Live(
        held.id,
        Money(standing.equity, currency),
        Money(standing.balance, currency),
        Money(standing.margin, currency),
        Money(standing.free_margin, currency),
        Money(standing.peak_equity, currency),
        drawdown_percent(standing.peak_equity, standing.equity),
        standing.connected,
        standing.trade_allowed,
        standing.algo_allowed,
        standing.skew_ms,
        standing.taken_at,
        round(age, 3),
        age >= fresh or standing.doubt is not None or not standing.connected,
        standing.doubt,
        [position(each, currency) for each in positions],
    )
