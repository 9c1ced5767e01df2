"""Replay what a person did not take, over the candles there are."""

import asyncio
from collections.abc import Sequence

from hub.core import clock
from hub.core.principal import Principal
from hub.core.resources import Resources
from hub.trading.counterfactual import rules, store
from hub.trading.counterfactual.models import Counterfactual, CounterfactualQuery, Group, Missed
from hub.trading.paper import rules as paper
from hub.trading.paper.models import Terms
from hub.trading.paper.settings import settings
from strategies.candles import Bar
from strategies.symbols import SYMBOLS

_SIGNALS = 200
_BARS = 10_000


async def replayed(res: Resources, who: Principal, query: CounterfactualQuery) -> Counterfactual:
    """Rejected and expired signals of a period, each as it would have gone, added up."""
    since, until = rules.period(query, clock.now())
    found = await store.missed(res.db, who.person, since, until, _SIGNALS + 1)
    signals, costs = found[:_SIGNALS], _costs()
    bars = await _bars(res, signals)
    rejected, expired = await asyncio.to_thread(_groups, signals, bars, costs)
    complete = len(found) <= _SIGNALS
    spread, slippage = costs.spread_points, costs.slippage_points
    return Counterfactual(since, until, rejected, expired, complete, spread, slippage, rules.NOTE)


def _costs() -> Terms:
    return Terms("touch", settings().spread_points, settings().slippage_points)


async def _bars(res: Resources, signals: list[Missed]) -> dict[str, Sequence[Bar]]:
    """Of each instrument, from the first of its signals on."""
    first = {each.instrument: each.at for each in sorted(signals, key=lambda each: each.at, reverse=True)}
    found: dict[str, Sequence[Bar]] = {}
    for name, at in first.items():
        candles = await store.bars_since(res.db, name, settings().timeframe, at, _BARS)
        found[name] = [paper.bar(candle, SYMBOLS[name], rules.FREE) for candle in candles]
    return found


def _groups(signals: list[Missed], bars: dict[str, Sequence[Bar]], costs: Terms) -> tuple[Group, Group]:
    rejected = rules.group((each for each in signals if each.why == "rejected"), bars, costs)
    return rejected, rules.group((each for each in signals if each.why == "expired"), bars, costs)
