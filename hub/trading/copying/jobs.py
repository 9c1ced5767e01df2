"""Signals are copied as they come; those who copy are watched."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.trading.copying import place, watch


@jobs.steadily(seconds=0.2)
async def copy_signals(res: Resources) -> None:
    """Five times a second: what a worker that died has left undone is done by the next."""
    await place.run(res)


@jobs.every(second={20, 50})
async def watch_copying(res: Resources) -> None:
    """Copying stops where a terminal is not heard of or a limit is broken, also while no signal comes."""
    await watch.run(res)
