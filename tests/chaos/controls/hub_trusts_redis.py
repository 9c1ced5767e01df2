"""A hub that does not look whether Redis lost its data, or dropped what was not read."""

from hub.core.bus import Bus


async def _life(_: Bus, shard: int = 0) -> bytes:
    return b"for ever"


async def _keeps(_: Bus, after: bytes, shard: int = 0) -> bool:
    return True


def apply() -> None:
    Bus.life = _life  # type: ignore[method-assign]
    Bus.keeps = _keeps  # type: ignore[method-assign]
