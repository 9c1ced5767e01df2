"""Values of an old file, whatever they were stored as."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.imports import values
from workers.imports.values import Unfit

ATHENS = ZoneInfo("Europe/Athens")
WHEN = datetime(2024, 1, 2, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2024-01-02 12:30:00", "2024-01-02T12:30", "2024.01.02 12:30:00", "2024.01.02 12:30", "02.01.2024 12:30",
        "2024/01/02 12:30", "2024-01-02T10:30:00Z", "2024-01-02T12:30:00+02:00", "2024-01-02 10:30:00 UTC",
        "2024-01-02 12:30:00.000000", 1704191400, 1704191400.0, 1704191400000, "1704191400", "1704191400.0",
    ],
)  # fmt: skip
def test_one_time_in_many_ways(written: Any) -> None:
    assert values.time(written, ATHENS) == WHEN


@pytest.mark.parametrize(
    "written", ["yesterday", "2024-13-01", "12:30", 1e300, float("inf"), b"\xff", "0001-01-01", -1]
)
def test_what_is_no_time(written: Any) -> None:
    with pytest.raises(Unfit):
        values.time(written, ATHENS)


@pytest.mark.parametrize("written", [None, "", "  ", "None", "NULL", "nan", float("nan"), "NaT"])
def test_nothing_is_nothing(written: Any) -> None:
    assert (
        values.time(written, ATHENS)
        is values.number(written)
        is values.text(written)
        is values.flag(written)
        is None
    )


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (1, "1"),
        (0.1, "0.1"),
        ("1,5", "1.5"),
        (" 2.50 ", "2.50"),
        ("1e3", "1000"),
        ("-7", "-7"),
        (1547.59, "1547.59"),
    ],
)
def test_numbers(written: Any, number: str) -> None:
    assert values.number(written) == Decimal(number)


@pytest.mark.parametrize(
    "written", ["1_000", "twelve", "1,000.5x", float("inf"), "-Infinity", 1e13, b"1", "0x1f", "sNaN"]
)
def test_what_is_no_number(written: Any) -> None:
    with pytest.raises(Unfit):
        values.number(written)


@pytest.mark.parametrize(
    ("written", "currency", "units"),
    [
        (12.34, "USD", 1234),
        (0.005, "USD", 0),
        (0.015, "USD", 2),
        ("-1.1", "EUR", -110),
        (1500, "JPY", 1500),
        (1500, "ISK", 1500),
        (1500, "XOF", 1500),
        (1.2345, "KWD", 1234),
    ],
)
def test_money_in_minor_units(written: Any, currency: str, units: int) -> None:
    assert values.minor(written, currency) == units


@given(st.integers(-(10**11), 10**11))
def test_cents_written_as_a_float_come_back_to_the_cent(cents: int) -> None:
    assert values.minor(cents / 100, "USD") == cents


@given(st.one_of(st.none(), st.integers(), st.floats(), st.text(), st.binary()))
def test_any_value_is_used_or_refused(written: Any) -> None:
    for read in (values.text, values.number, values.flag, lambda value: values.time(value, ATHENS)):
        with suppress(Unfit):
            read(written)
