"""Who may do what to whom, as a table."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.problems import Forbidden
from hub.identity.users import rules
from hub.identity.users.models import Standing


def standing(role: str, *, active: bool = True) -> Standing:
    return Standing(uuid4(), "x@example.com", role, active, not active)  # type: ignore[arg-type]


def allowed(check: Callable[..., None], *args: Any) -> bool:
    try:
        check(*args)
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize(
    ("actor", "target", "may"),
    [
        ("owner", "owner", True),
        ("owner", "admin", True),
        ("owner", "user", True),
        ("admin", "owner", False),
        ("admin", "admin", False),
        ("admin", "user", True),
        ("user", "owner", False),
        ("user", "admin", False),
        ("user", "user", False),
    ],
)
def test_only_owners_act_on_operators_and_only_operators_act(actor: str, target: str, may: bool) -> None:
    assert allowed(rules.check_may_act, standing(actor), standing(target)) == may
    assert not allowed(rules.check_may_act, standing(actor, active=False), standing(target))


@pytest.mark.parametrize(
    ("actor", "role", "may"),
    [
        ("owner", "owner", True),
        ("owner", "admin", True),
        ("owner", "user", True),
        ("admin", "owner", False),
        ("admin", "admin", False),
        ("admin", "user", True),
        ("user", "user", False),
    ],
)
def test_only_owners_make_operators(actor: str, role: str, may: bool) -> None:
    assert allowed(rules.check_may_make, standing(actor), role) == may
    assert not allowed(rules.check_may_make, standing(actor, active=False), role)


def test_who_is_gone_may_nothing() -> None:
    assert not allowed(rules.check_may_act, None, standing("user"))
    assert not allowed(rules.check_may_make, None, "user")


@pytest.mark.parametrize("role", ["owner", "admin", "user"])
def test_nobody_acts_on_themselves(role: str) -> None:
    me = standing(role)
    assert not allowed(rules.check_may_act, me, me)


@pytest.mark.parametrize(
    ("target", "others", "stays"),
    [
        (standing("owner"), [], False),
        (standing("owner"), [standing("owner", active=False), standing("admin"), standing("user")], False),
        (standing("owner"), [standing("owner")], True),
        (standing("owner", active=False), [], True),
        (standing("owner", active=False), [standing("owner")], True),
        (standing("admin"), [standing("owner")], True),
        (standing("user"), [], True),
    ],
)
def test_the_last_active_owner_stays(target: Standing, others: list[Standing], stays: bool) -> None:
    assert allowed(rules.check_an_owner_stays, target, [target, *others]) == stays


@given(st.text("ab%_\\", max_size=6), st.text("ab%_\\", max_size=6))
def test_a_search_finds_its_text_as_it_is_written(text: str, email: str) -> None:
    assert bool(re.fullmatch(_as_regex(rules.like(text)), email, re.DOTALL)) == (text in email)


def _as_regex(pattern: str) -> str:
    """What PostgreSQL reads into a pattern of `like`."""
    tokens = re.findall(r"\\.|[^\\]", pattern, re.DOTALL)
    return "".join({"%": ".*", "_": "."}.get(token, re.escape(token[-1])) for token in tokens)
