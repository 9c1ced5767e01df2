"""Codes and time steps, by the published vectors, by table and by property."""

import base64
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.identity.mfa import rules

SEED = base64.b32encode(b"12345678901234567890").decode()
NOW = datetime(2026, 11, 20, 10, 0, 15, tzinfo=UTC)
T = rules.step_at(NOW)

seeds = st.binary(min_size=20, max_size=20).map(lambda raw: base64.b32encode(raw).decode())
times = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),
    [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(seconds: int, eight_digits: str) -> None:
    """The six digits are the last six of the eight (RFC 4226, 5.3: modulo 10^digits)."""
    at = datetime.fromtimestamp(seconds, UTC)
    assert rules.code_at(SEED, rules.step_at(at)) == eight_digits[-6:]


@pytest.mark.parametrize(
    ("seconds", "step"), [(0, 0), (29, 0), (30, 1), (59, 1), (60, 2), (20_000_000_000, 0x27BC86AA)]
)
def test_a_step_has_thirty_seconds(seconds: int, step: int) -> None:
    assert rules.step_at(datetime.fromtimestamp(seconds, UTC)) == step


@pytest.mark.parametrize(("drift", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_before_and_after_is_accepted(drift: int, accepted: bool) -> None:
    code = rules.code_at(SEED, T + drift)
    assert rules.step_of(SEED, code, NOW, after=0) == (T + drift if accepted else None)


@pytest.mark.parametrize(
    ("last", "drift", "accepted"),
    [(T - 2, -1, True), (T - 1, -1, False), (T, -1, False), (T, 0, False), (T, 1, True), (T + 1, 1, False)],
)
def test_a_step_that_is_not_later_than_the_last_is_refused(last: int, drift: int, accepted: bool) -> None:
    code = rules.code_at(SEED, T + drift)
    assert rules.step_of(SEED, code, NOW, after=last) == (T + drift if accepted else None)


@given(seeds, times, st.integers(-1, 1))
def test_an_accepted_code_is_never_accepted_after_itself(seed: str, now: datetime, drift: int) -> None:
    code = rules.code_at(seed, rules.step_at(now) + drift)
    step = rules.step_of(seed, code, now, after=0)
    assert step is not None and rules.code_at(seed, step) == code
    again = rules.step_of(seed, code, now, after=step)
    # Neighbouring steps may share their six digits; then it is another step's code.
    assert again is None or again > step


@given(times, st.sampled_from([f"{n:06}" for n in range(0, 1_000_000, 7_919)]))
def test_only_codes_of_near_steps_are_accepted(now: datetime, code: str) -> None:
    near = {rules.code_at(SEED, rules.step_at(now) + drift) for drift in (-1, 0, 1)}
    assert (rules.step_of(SEED, code, now, after=0) is not None) == (code in near)


def test_another_seed_has_other_codes() -> None:
    other = base64.b32encode(b"12345678901234567891").decode()
    assert rules.step_of(other, rules.code_at(SEED, T), NOW, after=0) is None


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("123456", "123456"),
        ("123 456", "123456"),
        (" 123-456 ", "123456"),
        ("12345", None),
        ("1234567", None),
        ("12345a", None),
        ("１２３４５６", None),
        ("١٢٣٤٥٦", None),
        ("123456\n", None),
        ("abcd-efgh-ijkl-mnop-qrst-uvwx", None),
    ],
)
def test_six_ascii_digits_are_a_one_time_code(text: str, digits: str | None) -> None:
    assert rules.one_time(text) == digits


@given(st.binary(min_size=15, max_size=15))
def test_a_recovery_code_is_readable_and_holds_all_its_bits(random: bytes) -> None:
    code = rules.recovery_code(random)
    assert re.fullmatch(r"([a-z2-7]{4}-){5}[a-z2-7]{4}", code)
    assert base64.b32decode(code.replace("-", "").upper()) == random
    assert rules.one_time(code) is None


@given(st.binary(min_size=15, max_size=15))
def test_a_recovery_code_may_be_typed_as_people_type(random: bytes) -> None:
    code = rules.recovery_code(random)
    typed = [
        code.upper(),
        code.replace("-", ""),
        code.replace("-", " "),
        code.replace("o", "0").replace("l", "1"),
    ]
    assert {rules.digest(text) for text in typed} == {rules.digest(code)}
    assert len(rules.digest(code)) == 32


@given(st.lists(st.binary(min_size=15, max_size=15), min_size=2, max_size=20, unique=True))
def test_different_recovery_codes_have_different_digests(randoms: list[bytes]) -> None:
    assert len({rules.digest(rules.recovery_code(random)) for random in randoms}) == len(randoms)


@pytest.mark.parametrize("account", ["a@example.com", "a+b&c=d@example.com", "ä/?#@example.com"])
def test_the_uri_is_what_authenticator_apps_read(account: str) -> None:
    parts = urlsplit(rules.uri(SEED, account, "Caerus & Sons"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == f"/Caerus & Sons:{account}"
    query = {name: values for name, values in parse_qs(parts.query).items()}
    # Everything else is left at what the format takes for granted: SHA1, six digits, 30 s.
    assert query == {"secret": [SEED], "issuer": ["Caerus & Sons"]}


def test_time_moves_a_code_out_of_its_window() -> None:
    code = rules.code_at(SEED, T)
    good = [s for s in range(-120, 120) if rules.step_of(SEED, code, NOW + timedelta(seconds=s), after=0)]
    # From the beginning of the step before to the end of the step after.
    assert (good[0], good[-1], len(good)) == (-45, 44, 90)
