"""What a key looks like, and when it is good."""

import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.problems import Conflict
from hub.identity.keys import rules
from hub.identity.keys.models import Held


@given(st.binary(min_size=32, max_size=32))
def test_a_key_looks_like_one(random: bytes) -> None:
    token = rules.compose(random)
    assert re.fullmatch(r"ck_[A-Za-z0-9_-]{49}", token)
    assert rules.well_formed(token)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 51), st.characters(codec="utf-8"))
def test_one_wrong_character_is_seen(random: bytes, place: int, other: str) -> None:
    token = rules.compose(random)
    wrong = token[:place] + other + token[place + 1 :]
    assert rules.well_formed(wrong) == (wrong == token)


@given(st.text())
def test_anything_else_is_no_key(text: str) -> None:
    assert not rules.well_formed(text) and not rules.well_formed("ck_" + text)


NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
KEY = Held(UUID(int=1), UUID(int=2), "owner", ["users:read"], NOW + timedelta(days=1), None, None, True)


@pytest.mark.parametrize(
    ("change", "good"),
    [
        ({}, True),
        ({"role": "admin"}, True),
        ({"role": "user"}, False),
        ({"active": False}, False),
        ({"revoked_at": NOW}, False),
        ({"expires_at": NOW}, False),
        ({"expires_at": NOW + timedelta(microseconds=1)}, True),
    ],
)
def test_when_a_key_is_good(change: dict[str, Any], good: bool) -> None:
    assert rules.good(msgspec.structs.replace(KEY, **change), NOW) == good


@pytest.mark.parametrize(("age", "noted"), [(None, True), (0, False), (59, False), (60, True), (61, True)])
def test_a_use_is_noted_once_a_minute(age: int | None, noted: bool) -> None:
    used = None if age is None else NOW - timedelta(seconds=age)
    assert rules.to_be_noted(msgspec.structs.replace(KEY, last_used_at=used), NOW) == noted


def test_a_person_has_so_many_keys() -> None:
    rules.check_count(rules.MOST - 1)
    with pytest.raises(Conflict):
        rules.check_count(rules.MOST)


def test_the_random_part_is_256_bits_of_the_system() -> None:
    assert len({rules.compose(os.urandom(32)) for _ in range(100)}) == 100
