"""A relay that does not look whether Redis lacks what was published to it."""

from hub.core import relay


async def _look(_: relay._Watch) -> None: ...


def apply() -> None:
    relay._Watch.look = _look  # type: ignore[method-assign]
