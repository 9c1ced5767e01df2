"""KDF secrets: which one a row's id names, and what is refused."""

from typing import Any

import pytest
from caerus_client.keys import encode_secret

from hub.core.secrets import BadSecret
from hub.core.secrets.made import random_text
from hub.core.security.device_keys import Masters, kdf_id, kdf_id_of

A, B, C = (encode_secret(letter * 32) for letter in (b"a", b"b", b"c"))


def masters(current: str, previous: str | None = None) -> Masters:
    made = Masters()
    made.load(current, previous)
    return made


def test_an_id_is_short_and_that_of_the_bytes() -> None:
    assert kdf_id(b"a" * 32) == kdf_id_of(A) == kdf_id_of(A + "=") == "cbaa964c"
    assert len({kdf_id_of(random_text()) for _ in range(500)}) == 500


def test_new_keys_come_from_the_current_secret_and_old_ones_from_theirs() -> None:
    found = masters(C, f"{B}, {A}")
    assert found.current == (kdf_id_of(C), b"c" * 32)
    assert [found.of(kdf_id_of(each)) for each in (A, B, C)] == [b"a" * 32, b"b" * 32, b"c" * 32]
    assert found.ids == [kdf_id_of(each) for each in (C, B, A)]


@pytest.mark.parametrize(
    ("current", "previous", "oldest"), [(A, None, A), (A, "", A), (B, A, A), (C, f"{B},{A},", A)]
)
def test_a_row_without_an_id_is_of_the_oldest_secret(current: str, previous: str | None, oldest: str) -> None:
    found = masters(current, previous)
    assert found.of(None) == found.of(kdf_id_of(oldest))


def test_an_id_that_no_secret_has_names_nothing(events: list[Any]) -> None:
    assert masters(B).of(kdf_id_of(A)) is None
    [event] = events
    assert event["kdf_id"] == kdf_id_of(A) and "DEVICE_KEY_KDF_SECRET_PREVIOUS" in event["mend"]


@pytest.mark.parametrize("bad", ["", "short", encode_secret(b"k" * 31), "not base64!!" * 9, "\u00fc" * 50])
def test_a_secret_that_is_no_good_is_named_and_changes_nothing(bad: str) -> None:
    found = masters(A)
    with pytest.raises(BadSecret, match=r"^DEVICE_KEY_KDF_SECRET must be 32 bytes or more, in base64url$"):
        found.load(bad, None)
    if bad:
        with pytest.raises(BadSecret, match=r"^DEVICE_KEY_KDF_SECRET_PREVIOUS must be"):
            found.load(B, f"{A},{bad}")
    assert found.ids == [kdf_id_of(A)]
