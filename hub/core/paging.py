"""Cursor paging: `?limit=&cursor=` in, `{items, next_cursor}` out. A cursor is the last id seen."""

from typing import Annotated, Generic, TypeVar
from uuid import UUID

from msgspec import Meta, Struct

T = TypeVar("T")

Limit = Annotated[int, Meta(ge=1, le=200)]


class Page(Struct, Generic[T], frozen=True):
    """One page; `next_cursor` is null on the last."""

    items: list[T]
    next_cursor: UUID | None


class PageQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Ids grow with time, so newest first is id descending."""

    limit: Limit = 50
    cursor: UUID | None = None


def page(items: list[T], limit: int, ids: list[UUID]) -> Page[T]:
    """A page from up to `limit + 1` rows: the extra one says there is more."""
    more = len(items) > limit
    return Page(items[:limit], ids[limit - 1] if more else None)
