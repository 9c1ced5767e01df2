"""From closed bars to queued signals, one transaction a bar."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from caerus_client.spool import NewItem, Spool, cancel, signal
from caerus_client.times import Now, utc_now

from strategies.candles import Bar, Candles
from strategies.fib_rsi import Cancel, Decision, FibRsi, FibRsiParams, Place, Side
from strategies.fib_rsi.params import HOUR
from strategies.fills import Book, Closed
from strategies.hours import DEFAULT_MARKET_TZ, Span, may_enter
from strategies.orders import OrderSide, Rejected, build_order
from strategies.symbols import Symbol
from workers.trader import metrics, state
from workers.trader.decisions import OnDecision, Said, tell
from workers.trader.signals import signal_body

SIDES: dict[OrderSide, Side] = {"buy": "long", "sell": "short"}
ORDER_SIDES: dict[Side, OrderSide] = {side: order_side for order_side, side in SIDES.items()}
CHECKPOINT_BARS = 200
"""At most so many bars are decided again after a restart."""
log = structlog.get_logger("caerus.trader")


@dataclass(frozen=True, slots=True)
class Config:
    """`version` is the strategy's, part of every signal's identity. `spread_points` makes the ask from a bar's bid.

    `keep_hours` False decides on every bar, also when the market is closed. `blocked` spans and `zone`
    (IANA) are those of `strategies.hours.session`.
    """

    symbol: Symbol
    strategy: str = "fib_rsi"
    version: str = "1"
    params: FibRsiParams = field(default_factory=FibRsiParams)
    spread_points: float = 20.0
    keep_hours: bool = True
    blocked: tuple[Span, ...] = ()
    zone: str = DEFAULT_MARKET_TZ

    def __post_init__(self) -> None:
        if self.params.evaluate_forming_bar:
            raise ValueError(
                "the trader decides on closed bars only: params.evaluate_forming_bar must be off"
            )

    @property
    def name(self) -> str:
        """Whose checkpoint it is."""
        return f"{self.strategy}/{self.version}/{self.symbol.name}"


@dataclass(frozen=True, slots=True)
class Step:
    """What one bar led to: the items put into the spool and their ids. `taken` False: it was known already."""

    bar: Bar
    items: tuple[NewItem, ...] = ()
    ids: tuple[int, ...] = ()
    taken: bool = True


class Trader:
    """Runs Fib-RSI on closed H1 bars of one symbol and queues its signals and cancels.

    It follows its own signals on the bars (as a backtest does), so that a filled one is not cancelled and a
    closed trade releases its side. Signals and checkpoint are put in one transaction: a trader that is
    opened on the same spool and fed the same bars, from any earlier one on, queues what it would have
    queued had it never stopped.
    """

    def __init__(
        self,
        config: Config,
        spool: Spool,
        *,
        now: Now = utc_now,
        wake: Callable[[], None] = lambda: None,
        on_decision: OnDecision | None = None,
    ) -> None:
        self.config = config
        self._spool = spool
        self._now = now
        self._wake = wake
        self._on_decision = on_decision
        self._said: list[Said] = []
        self._since_checkpoint = 0
        saved = spool.checkpoint()
        if saved is None:
            self.engine = FibRsi(config.symbol, config.params)
            self.book = Book(config.symbol, config.spread_points)
        else:
            self.engine, self.book = state.unpack(saved, config.name, config.symbol)
            if self.engine.params != config.params:
                raise ValueError(
                    "the checkpoint was made with other parameters: raise the strategy's version"
                )

    def warm(self, history: Candles) -> None:
        """Take in closed bars from before the first step without deciding; those already taken are left out."""
        last = self.engine.last_time
        self.engine.warm(Candles.from_bars(bar for bar in history if last is None or bar.time > last))

    async def step(self, bar: Bar) -> Step:
        """Decide on one more closed bar; when this returns, what was decided is on the disk.

        A bar at or before the newest one taken changes nothing. Bars that led to nothing are only
        checkpointed now and then: from an older checkpoint they lead to nothing again.
        """
        last = self.engine.last_time
        if last is not None and bar.time <= last:
            return Step(bar, taken=False)
        warm = self.engine.is_warm
        self._said.clear()
        self._follow(bar)
        items = self._items(self._decide(bar), bar)
        self._since_checkpoint += 1
        ids = await self._put(items) if warm else []
        # after the signals are on the disk: a decision that is not told costs no signal
        if warm and self._on_decision:
            tell(self._on_decision, self.config, self.engine, bar, self._said, self._now())
        return Step(bar, items if warm else (), tuple(ids))

    async def _put(self, items: tuple[NewItem, ...]) -> list[int]:
        if not (items or self._since_checkpoint >= CHECKPOINT_BARS):
            return []
        self._since_checkpoint = 0
        checkpoint = state.pack(self.config.name, self.engine, self.book)
        ids = await asyncio.to_thread(self._spool.put, items, checkpoint)
        if ids:
            self._wake()
        return ids

    async def run(self, bars: Iterable[Bar], pace: float = 0.0) -> None:
        """Step through `bars`, waiting `pace` seconds after each one that could lead to a decision."""
        for bar in bars:
            began, warm = time.perf_counter(), self.engine.is_warm
            step = await self.step(bar)
            if step.taken and warm:
                metrics.loop_seconds.observe(time.perf_counter() - began)
            await asyncio.sleep(pace if step.taken and self.engine.is_warm else 0.0)

    def _decide(self, bar: Bar) -> list[Decision]:
        config, closed_at = self.config, datetime.fromtimestamp(bar.time + HOUR, UTC)
        if not config.keep_hours or may_enter(config.symbol, closed_at, config.blocked, config.zone):
            return _evaluate(self.engine, bar)
        # not decided, so a setup of this bar is found again by the first scan after the break
        for decision in _evaluate(FibRsi.restore(self.engine.snapshot(), config.symbol), bar):
            metrics.withheld.inc()
            self._log("market_closed", decision, bar)
        self.engine.warm(Candles.from_bars([bar]))
        return []

    def _follow(self, bar: Bar) -> None:
        sides = {order_id: each.order.side for order_id, each in self.book.pending.items()}
        sides |= {order_id: each.order.side for order_id, each in self.book.positions.items()}
        for event in self.book.on_bar(bar):
            if isinstance(event, Closed):
                self.engine.release(SIDES[sides[event.order_id]])
            else:
                self.engine.settle(event.order_id)

    def _items(self, decisions: list[Decision], bar: Bar) -> tuple[NewItem, ...]:
        carried = [
            self._placed(each, bar) if isinstance(each, Place) else self._cancelled(each, bar)
            for each in decisions
        ]
        made = [item for item in carried if item is not None]
        # a setup that a later one of the same bar supersedes need not trouble anybody
        keys = Counter(item.key for item in made)
        return tuple(item for item in made if keys[item.key] == 1)

    def _placed(self, place: Place, bar: Bar) -> NewItem | None:
        config, setup = self.config, place.setup
        metrics.signals.labels(ORDER_SIDES[setup.side]).inc()
        ask = bar.close + config.spread_points * config.symbol.point
        order = build_order(setup, bar.close, ask, config.symbol, config.params)
        if isinstance(order, Rejected):
            self.engine.settle(setup.order_id)
            metrics.rejected.labels(order.reason).inc()
            self._log("rejected", place, bar, reason=order.reason)
            return None
        metrics.built.inc()
        self.book.place(order, at=setup.decided_at)
        body = signal_body(
            setup,
            order,
            config.symbol,
            strategy=config.strategy,
            version=config.version,
            expires_at=self._now() + timedelta(hours=config.params.order_expiry_hours),
        )
        self._log("place", place, bar, entry=order.entry, stop=order.stop, target=order.target)
        return signal(order.id, body)

    def _cancelled(self, decision: Cancel, bar: Bar) -> NewItem | None:
        # one that was rejected above never left, so there is nothing to cancel
        if not self.book.cancel(decision.order_id, at=bar.time + HOUR):
            return None
        self._log("cancel", decision, bar, reason=decision.reason)
        return cancel(decision.order_id, decision.reason)

    def _log(self, outcome: str, decision: Decision, bar: Bar, **more: object) -> None:
        setup_id = decision.setup.id if isinstance(decision, Place) else decision.setup_id
        kind = "place" if isinstance(decision, Place) else "cancel"
        self._said.append((outcome, {"setup": setup_id, **more}))
        log.info(
            "decision", outcome=outcome, kind=kind, setup=setup_id, bar=bar.time, close=bar.close, **more
        )


def _evaluate(engine: FibRsi, bar: Bar) -> list[Decision]:
    """What the strategy decides on one more bar; bars that only warm it are not timed."""
    with metrics.evaluation.time() if engine.is_warm else nullcontext():
        return engine.on_bar(bar)
