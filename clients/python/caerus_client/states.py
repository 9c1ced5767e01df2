"""How a stream stands, for whoever shows it."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

import msgspec


class Connecting(msgspec.Struct, frozen=True):
    """An attempt is under way."""


class Live(msgspec.Struct, frozen=True):
    """The hub has let us in."""


class Offline(msgspec.Struct, frozen=True):
    """There is no connection since then; the next attempt is made at `next_attempt_at`."""

    since: datetime
    next_attempt_at: datetime


class Ended(msgspec.Struct, frozen=True):
    """No further attempt is made. `code` is the close code or the HTTP status that said so."""

    reason: Literal["stopped", "signed_out", "refused"]
    code: int | None = None


State = Connecting | Live | Offline | Ended
OnState = Callable[[State], None]
