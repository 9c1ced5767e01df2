"""Fib-RSI, one closed bar at a time: what the trader, paper trading and the backtest all run."""

from __future__ import annotations

import numpy as np

from strategies.candles import Bar, Candles
from strategies.fib_rsi import snapshot
from strategies.fib_rsi.build import SIDES, Columns, build_setup, features
from strategies.fib_rsi.params import FibRsiParams
from strategies.fib_rsi.scan import NEVER, WIDTH, decide, decide_history, rules
from strategies.fib_rsi.setup import Cancel, Decision, Place, Setup, Side
from strategies.kernels.rsi import rsi, rsi_state, rsi_step
from strategies.symbols import Symbol
from strategies.symbols import symbol as known_symbol

PENDING = dict[Side, list[tuple[str, str]]]


class FibRsi:
    """Decisions of the strategy for one symbol on H1.

    The first `params.main_bars` bars only warm the RSI; every later one is decided on. Bars must come
    in order: one that does not follow its predecessor raises ValueError.
    """

    def __init__(self, symbol: Symbol, params: FibRsiParams | None = None) -> None:
        self.symbol = symbol
        self.params = params or FibRsiParams()
        window = self.params.window_size
        self._rsi = rsi_state(self.params.rsi_period)
        self._columns = Columns(np.empty(4 * window, np.int64), *np.empty((4, 4 * window)))
        self._rows = 0
        self._seen = 0
        self._active = np.full(2, NEVER)
        self._found = np.empty((window, WIDTH), np.int64)
        self._fresh = np.empty((window, WIDTH), np.int64)
        self._pending: PENDING = {side: [] for side in SIDES}
        self._rules = rules(self.params)

    @property
    def last_time(self) -> int | None:
        """Opening time of the newest bar seen, epoch seconds."""
        return int(self._columns.time[self._rows - 1]) if self._rows else None

    @property
    def is_warm(self) -> bool:
        """Whether the next bar will be decided on."""
        return self._seen >= self.params.main_bars

    def features(self) -> dict[str, float]:
        """What is recorded of the newest bar, setup or none (as `Setup.features`); NaN until the RSI is there."""
        return features(self._columns, self._rows - 1, self.params.roc_period)

    def warm(self, history: Candles) -> None:
        """Take in `history` without deciding."""
        for bar in history:
            self._push(bar)

    def on_bar(self, bar: Bar) -> list[Decision]:
        """Take in one more closed bar and decide on it (not under `evaluate_forming_bar`)."""
        warm = self.is_warm
        self._push(bar)
        return self._decide() if warm and not self.params.evaluate_forming_bar else []

    def on_forming(self, bar: Bar) -> list[Decision]:
        """Decide with the bar that has just opened as the last row, then forget that row.

        Raises ValueError unless `params.evaluate_forming_bar`.
        """
        if not self.params.evaluate_forming_bar:
            raise ValueError("params.evaluate_forming_bar is off: give closed bars to on_bar")
        rsi_row = self._rsi.copy()
        warm = self.is_warm
        self._push(bar)
        decisions = self._decide() if warm else []
        self._rsi, self._rows, self._seen = rsi_row, self._rows - 1, self._seen - 1
        return decisions

    def settle(self, order_id: str) -> None:
        """The order is no longer pending (filled, expired, refused): it will not be cancelled."""
        for side, orders in self._pending.items():
            self._pending[side] = [each for each in orders if each[1] != order_id]

    def release(self, side: Side) -> None:
        """A trade of `side` has closed: setups already seen may be taken anew, if the flag says so."""
        if self.params.release_setup_on_close:
            self._active[SIDES.index(side)] = NEVER

    def _push(self, bar: Bar) -> None:
        columns, last = self._columns, self.last_time
        if last is not None and bar.time <= last:
            raise ValueError(f"bar {bar.time} does not follow {last}")
        if self._rows == columns.time.size:
            self._rows = self.params.window_size
            for column in columns:
                column[: self._rows] = column[-self._rows :]
        row = self._rows
        columns.time[row], columns.high[row], columns.low[row] = bar.time, bar.high, bar.low
        columns.close[row], columns.rsi[row] = bar.close, rsi_step(self._rsi, bar.close)
        self._rows += 1
        self._seen += 1

    def _decide(self) -> list[Decision]:
        time, high, low, rsi_column, _ = self._columns
        scratch = self._active, self._found, self._fresh
        count = decide(time, high, low, rsi_column, self._rows - 1, self._rules, *scratch)
        setups = (build_setup(self._columns, row, self.symbol, self.params) for row in self._fresh[:count])
        return [decision for setup in setups for decision in supersede(self._pending, setup)]

    def snapshot(self) -> bytes:
        """Everything needed to go on with the same bits."""
        kept = slice(self._rows - min(self._rows, self.params.window_size), self._rows)
        return snapshot.pack(
            snapshot.State(
                symbol=self.symbol.name,
                params=self.params,
                seen=self._seen,
                pending={side: list(orders) for side, orders in self._pending.items()},
                active=self._active,
                rsi=self._rsi,
                columns=Columns(self._columns.time[kept], *(column[kept] for column in self._columns[1:])),
            )
        )

    @classmethod
    def restore(cls, data: bytes, symbol: Symbol | None = None) -> FibRsi:
        """The engine a `snapshot` was taken of. Raises ValueError for foreign or damaged bytes."""
        state = snapshot.unpack(data)
        engine = cls(symbol or known_symbol(state.symbol), state.params)
        engine._seen, engine._rows = state.seen, state.columns.time.size
        engine._pending.update(state.pending)
        engine._active[:], engine._rsi[:] = state.active, state.rsi
        for column, saved in zip(engine._columns, state.columns, strict=True):
            column[: engine._rows] = saved
        return engine


def supersede(pending: PENDING, setup: Setup) -> list[Decision]:
    """Cancel what is pending on the setup's side, then place it; `pending` is brought up to date."""
    stale = pending[setup.side]
    pending[setup.side] = [(setup.id, setup.order_id)]
    cancels = [Cancel(setup_id, order_id, setup.side) for setup_id, order_id in stale]
    return [*cancels, Place(setup)]


def run(candles: Candles, params: FibRsiParams | None = None, *, symbol: Symbol) -> list[Decision]:
    """What a `FibRsi` given `candles` and told of no fill and no close decides, compiled over the batch.

    Raises ValueError under `evaluate_forming_bar`: closed candles do not hold the bars as they opened.
    """
    params = params or FibRsiParams()
    if params.evaluate_forming_bar:
        raise ValueError("a batch of closed candles cannot evaluate forming bars")
    columns = Columns(
        candles.time, candles.high, candles.low, rsi(candles.close, params.rsi_period), candles.close
    )
    found = decide_history(*columns[:4], params.main_bars, rules(params))
    pending: PENDING = {side: [] for side in SIDES}
    setups = (build_setup(columns, row, symbol, params) for row in found)
    return [decision for setup in setups for decision in supersede(pending, setup)]
