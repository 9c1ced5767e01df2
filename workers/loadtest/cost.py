"""What the generator itself costs: figures of a generator that is out of breath are not the hub's."""

import asyncio
import time

from msgspec import Struct

_EVERY_SECONDS = 0.01
_LEAST_LAG_MS, _MOST_LAG, _MOST_CPU = 5.0, 0.2, 0.85


class Cost(Struct, frozen=True):
    """`cpu` is the share of one core; lag is how late a timer of the generator's own loop fired."""

    cpu: float
    lag_p50_ms: float
    lag_p99_ms: float
    lag_max_ms: float

    def warning(self, smallest_p99_ms: float) -> str:
        """Empty if the generator kept up: its own delay is small beside the smallest p99 that it measured."""
        late = self.lag_p99_ms > max(_LEAST_LAG_MS, smallest_p99_ms * _MOST_LAG)
        if not late and self.cpu <= _MOST_CPU:
            return ""
        return (
            f"The generator was the bottleneck (its loop was {self.lag_p99_ms:.0f} ms late at p99 and used "
            f"{self.cpu:.0%} of a core): the hub may be faster than these figures say. Lower the rate or the "
            "sockets, or run it on another machine."
        )


class Meter:
    """Measures this process between `run` starting and `cost`."""

    def __init__(self) -> None:
        self._lags: list[float] = []
        self._began, self._cpu = time.perf_counter(), time.process_time()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            due = time.perf_counter() + _EVERY_SECONDS
            await asyncio.sleep(_EVERY_SECONDS)
            self._lags.append((time.perf_counter() - due) * 1000)

    def cost(self) -> Cost:
        ordered = sorted(self._lags) or [0.0]
        seconds = max(time.perf_counter() - self._began, 1e-9)
        return Cost(
            round((time.process_time() - self._cpu) / seconds, 3),
            round(ordered[len(ordered) // 2], 2),
            round(ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)], 2),
            round(ordered[-1], 2),
        )
