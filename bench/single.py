"""The hub with batching taken out: every caller's item is flushed alone. The peer of `bench.ingest`."""

from typing import Any

from hub.cli import main
from hub.core.batching import Batcher


async def _alone(self: "Batcher[Any, Any]", item: Any) -> Any:
    [answer] = await self._flush([item])
    return answer


if __name__ == "__main__":
    Batcher.add = _alone  # type: ignore[method-assign]
    main()
