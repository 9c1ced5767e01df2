"""Columns of text, numbers or timestamps as numpy arrays, each with a note of what could not be read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Faults = dict[int, str]
"""Index of an unreadable value -> why."""

Millis = NDArray[np.int64]
UTC_MS = pa.timestamp("ms", "UTC")
LOCAL_MS = pa.timestamp("ms")


class NoZone(ValueError):
    """Times that do not say their zone, and nobody else did."""


def numbers(column: pa.Array) -> tuple[NDArray[np.float64], Faults]:
    """Float64 values; what is no number (an empty field too) is NaN and a fault."""
    try:
        values = pc.cast(column, pa.float64())
        faults: Faults = {}
    except pa.ArrowInvalid:
        parsed = [_number(value) for value in column.to_pylist()]
        faults = {index: f"{column[index]} is not a number" for index, v in enumerate(parsed) if v is None}
        values = pa.array(parsed, pa.float64())
    missing = np.flatnonzero(values.is_null().to_numpy(zero_copy_only=False))
    faults.update({int(index): "a number is missing" for index in missing if int(index) not in faults})
    return values.fill_null(float("nan")).to_numpy(zero_copy_only=False), faults


def times(column: pa.Array, timezone: str | None) -> tuple[Millis, Faults]:
    """Milliseconds since 1970 UTC. `timezone` is that of times which do not say theirs.

    Integers are epoch seconds. Local times that a change of the clocks skips or repeats are faults.
    Raises NoZone when times say no zone and `timezone` is None.
    """
    if pa.types.is_integer(column.type):
        return _seconds(column)
    if pa.types.is_timestamp(column.type):
        return _millis(column) if column.type.tz else _localised(pc.cast(column, LOCAL_MS), timezone)
    text = pc.cast(column, pa.string())
    try:
        return _millis(pc.cast(text, UTC_MS))
    except pa.ArrowInvalid:
        pass
    try:
        return _localised(pc.cast(text, LOCAL_MS), timezone)
    except pa.ArrowInvalid:
        return _one_by_one(text.to_pylist(), timezone)


def _seconds(column: pa.Array) -> tuple[Millis, Faults]:
    missing = {i: "the time is missing" for i, valid in enumerate(column.is_valid().to_pylist()) if not valid}
    values = pc.cast(column.fill_null(0), pa.int64()).to_numpy(zero_copy_only=False)
    return values * 1000, missing


def _millis(column: pa.Array) -> tuple[Millis, Faults]:
    values = pc.cast(pc.cast(column, UTC_MS, safe=False), pa.int64())
    missing = {i: "the time is missing" for i, valid in enumerate(values.is_valid().to_pylist()) if not valid}
    return values.fill_null(0).to_numpy(zero_copy_only=False), missing


def _localised(local: pa.Array, timezone: str | None) -> tuple[Millis, Faults]:
    if timezone is None:
        raise NoZone
    early = pc.assume_timezone(local, timezone, ambiguous="earliest", nonexistent="earliest")
    late = pc.assume_timezone(local, timezone, ambiguous="latest", nonexistent="earliest")
    values, faults = _millis(early)
    back = pc.fill_null(pc.equal(pc.local_timestamp(early), local), True).to_numpy(zero_copy_only=False)
    same = pc.fill_null(pc.equal(early, late), True).to_numpy(zero_copy_only=False)
    for index in np.flatnonzero(~back | ~same).tolist():
        why = "occurs twice" if back[index] else "does not exist"
        faults[index] = f"{local[index]} {why} in {timezone}"
    return values, faults


def _one_by_one(values: list[str | None], timezone: str | None) -> tuple[Millis, Faults]:
    zone = None if timezone is None else ZoneInfo(timezone)
    found = np.zeros(len(values), dtype=np.int64)
    faults: Faults = {}
    for index, text in enumerate(values):
        try:
            when = datetime.fromisoformat((text or "").strip())
        except ValueError:
            faults[index] = f"{text!r} is not a time"
            continue
        if when.tzinfo is None and zone is None:
            raise NoZone
        when = when if when.tzinfo else when.replace(tzinfo=zone)
        found[index] = round(when.astimezone(UTC).timestamp() * 1000)
    return found, faults


def _number(value: Any) -> float | None:
    try:
        # Python would read 1_000 as a number; a file with it is more likely damaged
        return None if value is None or "_" in str(value) else float(value)
    except ValueError:
        return None
