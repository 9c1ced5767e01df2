"""A relay that gives the offsets of a batch in the order of the events' times."""

from collections import defaultdict
from typing import Any

import msgspec

from hub.core import relay
from hub.core.relay import Numbered

_many = relay.sql.many


async def _by_time(db: Any, type: Any, query: str, **params: Any) -> list[Any]:
    rows: list[Any] = await _many(db, type, query, **params)
    if query != "number_events":
        return rows
    topics: defaultdict[str, list[Numbered]] = defaultdict(list)
    for row in rows:
        topics[row.topic].append(row)
    return [row for of_topic in topics.values() for row in _again(of_topic)]


def _again(rows: list[Numbered]) -> list[Numbered]:
    places = sorted((row.offset, row.seq) for row in rows)
    early_first = sorted(rows, key=lambda row: row.at)
    return [
        msgspec.structs.replace(row, offset=offset, seq=seq)
        for row, (offset, seq) in zip(early_first, places, strict=True)
    ]


def apply() -> None:
    relay.sql.many = _by_time  # type: ignore[assignment]
