"""A hub that does not look whether Redis lost its data."""

from hub.core.bus import Bus


async def _life(_: Bus, shard: int = 0) -> bytes:
    return b"for ever"


def apply() -> None:
    Bus.life = _life  # type: ignore[method-assign]
