"""Decisions: what a strategy made of a bar, and from what."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from hub.core.paging import Limit
from hub.market.candles.models import Symbol, Timeframe

Outcome = Literal["placed", "rejected", "withheld", "cancelled", "none"]
Name = Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[\x21-\x7e]+$")]
Facts = dict[Annotated[str, Meta(min_length=1, max_length=64)], Any]
Note = Annotated[str, Meta(max_length=2_000)]
Moment = Annotated[datetime, Meta(tz=True)]
Cursor = Annotated[str, Meta(pattern=r"^\d{1,17}-[0-9a-f-]{36}$")]


class DecisionIn(Struct, frozen=True, forbid_unknown_fields=True):
    """One evaluation. `bar_time` is when the bar opened, `at` when the strategy decided."""

    at: Moment
    strategy: Name
    version: Name
    symbol: Symbol
    timeframe: Timeframe
    bar_time: Moment
    outcome: Outcome
    features: Facts = {}
    thresholds: Facts = {}
    note: Note = ""
    signal_id: UUID | None = None


class Batch(Struct, frozen=True, forbid_unknown_fields=True):
    """Up to 500 at once."""

    items: Annotated[list[DecisionIn], Meta(min_length=1, max_length=500)]


class Recorded(Struct, frozen=True):
    """How many were new, and how many were known already."""

    recorded: int
    known: int


class Decision(Struct, frozen=True):
    """A stored evaluation; `features`, `thresholds` and `note` without what looked personal or secret."""

    id: UUID
    at: datetime
    recorded_at: datetime
    producer_id: str
    strategy: str
    version: str
    symbol: str
    timeframe: str
    bar_time: datetime
    features: dict[str, Any]
    thresholds: dict[str, Any]
    outcome: Outcome
    note: str
    user_id: UUID | None
    signal_id: UUID | None


class Added(Struct, frozen=True):
    """The strategy of a decision that was new."""

    strategy: str


class DecisionQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """By the bar's time: `since` is inclusive, `until` is not."""

    strategy: Name | None = None
    symbol: Symbol | None = None
    outcome: Outcome | None = None
    since: Moment | None = None
    until: Moment | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class DecisionPage(Struct, frozen=True):
    """The newest bar first; `next_cursor` is null on the last page."""

    items: list[Decision]
    next_cursor: str | None
