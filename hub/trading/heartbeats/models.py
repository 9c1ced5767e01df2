"""Heartbeats: that a trader runs, and how it stands."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hub.market.candles.models import Symbol

State = Literal["alive", "late", "silent", "ended"]
"""`late`: it runs, and the candle of a closed bar has not reached it. `ended`: it said that it stops."""
Name = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
Host = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
Seconds = Annotated[int, Meta(ge=1, le=3600)]
Depth = Annotated[int, Meta(ge=0, le=2**53)]
Moment = Annotated[datetime, Meta(tz=True)]


class HeartbeatIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A trader's word. `instance_id` is its spool's: it stays the same over restarts, and no other trader has it.

    `interval_seconds`: when the next word comes. `bar_time` is when the newest bar opened; `spool_depth` is how
    much waits to be delivered.
    """

    symbol: Symbol
    strategy: Name
    version: Name
    instance_id: UUID
    host: Host
    interval_seconds: Seconds
    bar_time: Moment | None = None
    spool_depth: Depth = 0
    late: bool = False
    ended: bool = False


class Heard(Struct, frozen=True):
    """When the hub heard it."""

    seen_at: datetime


class Heartbeat(Struct, frozen=True):
    """The newest word of a trader. `started_at` is when this instance was first heard."""

    producer_id: str
    symbol: str
    strategy: str
    version: str
    instance_id: UUID
    host: str
    interval_seconds: int
    bar_time: datetime | None
    spool_depth: int
    late: bool
    ended: bool
    started_at: datetime
    seen_at: datetime
    state: State


class Heartbeats(Struct, frozen=True):
    items: list[Heartbeat]
