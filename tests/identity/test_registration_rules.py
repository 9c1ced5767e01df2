"""Which passwords are new ones."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.identity.registration.rules import LONGEST, SHORTEST, fault
from tests.hubs import RunningHub
from tests.identity.mailbox import fresh

EMAIL = "john.smith99@example.com"

LENGTH, COMMON = "12 to 128", "most common"
ADDRESS, LOCAL, PRODUCT = "e-mail address", "name in your e-mail", "Caerus"


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("", LENGTH),
        ("elevenchars", LENGTH),
        ("twelve chars", None),
        ("x" * 128, None),
        ("x" * 129, LENGTH),
        ("é" * 12, None),
        # As people see them: six letters, written with combining accents.
        ("e\u0301" * 6, LENGTH),
        ("e\u0301" * 12, None),
        ("😀" * 11, LENGTH),
        ("😀" * 12, None),
        ("            ", None),
        ("\x00\x01\t\n 12345678", None),
        ("allsmallletters", None),
        ("1234567890123456", None),
        ("1q2w3e4r5t6y", COMMON),
        ("123456qwerty", COMMON),
        ("QWERTY123456", COMMON),
        ("leavemealone", COMMON),
        ("password1234", COMMON),
        ("Dragon-2026!!", COMMON),
        ("password and nine more", None),
        ("john.smith99@example.com", ADDRESS),
        ("JOHN.SMITH99@EXAMPLE.COM", ADDRESS),
        ("john.smith99@example.com1", ADDRESS),
        ("john.smith99", LOCAL),
        ("John.Smith99!!", LOCAL),
        ("1john.smith992", LOCAL),
        ("john.smith99 has a horse", None),
        ("caerus123456", PRODUCT),
        ("CaerusCaerus", PRODUCT),
        ("caerus carries signals", None),
    ],
)
def test_a_new_password_is_long_and_not_guessed_first(password: str, rule: str | None) -> None:
    said = fault(password, EMAIL, "caerus")
    assert said is None if rule is None else said is not None and rule in said, said


def test_a_short_name_in_the_address_forbids_nothing() -> None:
    assert fault("banana banana", "a@example.com", "caerus") is None


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=160))
def test_length_is_all_that_is_asked_of_what_nobody_guesses(password: str) -> None:
    own = "Zq7 " + password
    length = len(unicodedata.normalize("NFC", own))
    said = fault(own, EMAIL, "caerus")
    if not SHORTEST <= length <= LONGEST:
        assert said is not None and LENGTH in said
    elif length >= 40:
        assert said is None or any(word in own.casefold() for word in ("caerus", "john.smith99"))


@pytest.mark.parametrize("password", ["short", "password1234", "x" * 129])
async def test_a_refusal_says_which_rule_and_creates_nobody(hub: RunningHub, password: str) -> None:
    email = fresh()
    answer = await hub.call("POST", "/api/v1/auth/register", {"email": email, "password": password})
    assert (answer.status, answer.body["type"]) == (422, "/problems/weak-password")
    assert [error["pointer"] for error in answer.body["errors"]] == ["/password"]
    assert answer.body["errors"][0]["detail"] == fault(password, email, "caerus")
    assert password not in answer.body["detail"]
    assert await hub.rows("select 1 from identity.users where email = $1", email) == []
