"""Where ticks come from, as the pipeline asks for them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hub.market.quotes.models import Tick


class TickSource(Protocol):
    """Ticks on request, e.g. of a file or of a terminal. Never blocks the event loop."""

    @property
    def name(self) -> str:
        """Under which its ticks are stored: no two sources are mixed."""
        ...

    async def ticks(self, symbol: str, start: datetime, end: datetime) -> Sequence[Tick]:
        """From `start` until before `end` (UTC), oldest first; fewer where it has none.

        Raises SourceAway, TimeoutError or ConnectionError when it cannot answer now.
        """
        ...
