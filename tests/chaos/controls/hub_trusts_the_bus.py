"""A hub that does not look whether the bus dropped what was not read."""

from hub.core.bus import Bus


async def _keeps(_: Bus, after: bytes, shard: int = 0) -> bool:
    return True


def apply() -> None:
    Bus.keeps = _keeps  # type: ignore[method-assign]
