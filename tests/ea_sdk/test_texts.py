"""JSON, times and texts of the MQL5 SDK against Python's own."""

import base64
import json
import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.trading.commands.rules import command_in
from tests.ea_sdk.asking import Pieces, unhex

MORE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS.filter(bool), inner, max_size=4),
    max_leaves=20,
)


@MORE
@given(value=VALUES, ascii=st.booleans())
def test_what_python_writes_is_read(pieces: Pieces, value: Any, ascii: bool) -> None:
    answer = pieces.ask("json", json.dumps(value, ensure_ascii=ascii))
    if not answer.startswith("refused too deep"):
        assert json.loads(unhex(answer)) == value


@MORE
@given(raw=st.binary(max_size=60))
def test_no_bytes_break_the_reader(pieces: Pieces, raw: bytes) -> None:
    answer = pieces.ask("json", raw)
    if not answer.startswith("refused"):
        assert json.loads(unhex(answer)) == json.loads(raw)


def test_mutations_of_a_good_text_are_read_as_python_reads_them_or_refused(pieces: Pieces) -> None:
    good = '{"a":[1,-2.50,1e3,true,null],"b":{"c":"\\u00e9\\ud83d\\ude00\\n ü€😀"},"d":"0.10"}'.encode()
    draw = random.Random(3)
    for _ in range(1500):
        raw = bytearray(good)
        raw[draw.randrange(len(raw))] = draw.choice(b'{}[]":,\\ue0\x00\x1f\x80\xff19-.')
        answer = pieces.ask("json", bytes(raw))
        if not answer.startswith("refused"):
            assert json.loads(unhex(answer)) == json.loads(bytes(raw))


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" ", b"{", b"[", b"[1", b"[1,", b"[1,]", b'{"a"', b'{"a":', b'{"a":1,}', b"{a:1}", b"nul", b"+1", b"01",
        b".5", b"1.", b"1e", b"-", b'"', b'"\\', b'"\\x"', b'"\\u12"', b'"\\ud800"', b'"\\ud800\\u0041"', b'"\\udc00"',
        b'"\\u0000"', b'"a\x00b"', b'"tab\there"', b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\xf4\x90\x80\x80"',
        b'"\xe2\x82', b"1 2", b"{} x", b'{"a":1,"a":2}', b"NaN", b"Infinity", b"[" * 17 + b"]" * 17,
        b"<html><body>502 Bad Gateway</body></html>", b"\xef\xbb\xbf{}", b"[" + b"1," * 30_000 + b"1]",
        b'"' + b"x" * 1_048_576 + b'"',
    ],
    ids=lambda raw: repr(raw[:24]),
)  # fmt: skip
def test_what_is_not_strict_json_is_refused(pieces: Pieces, raw: bytes) -> None:
    assert pieces.ask("json", raw).startswith("refused ")


def test_numbers_stay_the_text_they_came_as(pieces: Pieces) -> None:
    text = b"[1626.670,0.1,-0,12345678901234567890.123456789012345]"
    assert unhex(pieces.ask("json", text)) == text


@pytest.mark.parametrize("text", ["0", "1626.67", "-5", "0.10", "9" * 40])
def test_decimals(pieces: Pieces, text: str) -> None:
    assert pieces.ask("decimal", text) == "yes"


@pytest.mark.parametrize(
    "text", ["", "-", ".", ".5", "5.", "1e5", "1.2.3", "nan", "inf", "0x1", " 1", "1 ", "9" * 41]
)
def test_what_is_not_a_plain_decimal(pieces: Pieces, text: str) -> None:
    assert pieces.ask("decimal", text) == "no"


@MORE
@given(
    at=st.datetimes(datetime(1970, 1, 1), datetime(2999, 12, 31), timezones=st.just(UTC)),
    east=st.integers(-839, 839),
)
def test_times(pieces: Pieces, at: datetime, east: int) -> None:
    seconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    sign, (hours, minutes) = "-" if east < 0 else "+", divmod(abs(east), 60)
    zoned = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06}{sign}{hours:02}:{minutes:02}"
    assert int(pieces.ask("rfc3339", at.isoformat().replace("+00:00", "Z"))) == seconds
    assert int(pieces.ask("rfc3339", zoned)) == seconds - 60 * east
    assert pieces.ask("write-time", seconds) == f"{at:%Y-%m-%dT%H:%M:%S}Z"
    header = format_datetime(at.replace(microsecond=0), usegmt=True)
    assert int(pieces.ask("http-date", header)) == int(parsedate_to_datetime(header).timestamp())


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "2026-11-22", "2026-11-22T10:00:00", "2026-11-22 10:00:00Z", "2026-02-30T10:00:00Z", "2026-13-01T00:00:00Z",
        "2026-11-22T24:00:00Z", "2026-11-22T10:60:00Z", "2026-11-22T10:00:00.Z", "2026-11-22T10:00:00+2:00",
        "2026-11-22T10:00:00+02:00Z", "2026-11-22T10:00:0aZ", "2026-00-10T10:00:00Z", "2026-01-00T10:00:00Z",
        "2026-11-22T10:00:00+24:00", "2026-11-22T10:00:00Z ",
    ],
)  # fmt: skip
def test_what_is_no_time(pieces: Pieces, text: str) -> None:
    assert pieces.ask("rfc3339", text) == "refused"
    assert pieces.ask("http-date", text) == "refused"


@MORE
@given(raw=st.binary(max_size=80))
def test_base64(pieces: Pieces, raw: bytes) -> None:
    plain, url = base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    assert unhex(pieces.ask("base64", raw)).decode() == plain
    assert unhex(pieces.ask("base64url", raw)).decode() == url
    assert unhex(pieces.ask("unbase64", plain)) == raw
    assert unhex(pieces.ask("unbase64url", url)) == raw


@pytest.mark.parametrize(
    "text", ["A", "AA", "AAA", "AB==", "AAB=", "A===", "=", "AA=A", "AA AA", "AA-_", "AAAA="]
)
def test_base64_that_python_would_not_write_is_refused(pieces: Pieces, text: str) -> None:
    assert pieces.ask("unbase64", text) == "refused"


@pytest.mark.parametrize("text", ["A", "AB", "AAB", "AA==", "AA+/"])
def test_base64url_that_is_not_canonical_is_refused(pieces: Pieces, text: str) -> None:
    assert pieces.ask("unbase64url", text) == "refused"


def test_the_hub_finds_a_command_by_the_comment_of_its_order(pieces: Pieces) -> None:
    for _ in range(50):
        id = uuid4()
        comment = unhex(pieces.ask("comment", str(id))).decode()
        assert len(comment) == 22
        assert command_in(comment) == id
    assert command_in(unhex(pieces.ask("comment", str(UUID(int=0)))).decode()) == UUID(int=0)


@pytest.mark.parametrize(
    ("base", "good"),
    [
        ("https://hub.example.com", "yes"), ("https://hub.example.com:8443", "yes"), ("http://127.0.0.1:8000", "yes"),
        ("http://localhost", "yes"), ("http://hub.example.com", "no"), ("https://hub.example.com/", "no"),
        ("https://hub.example.com/api", "no"), ("https://", "no"), ("ftp://x", "no"), ("hub.example.com", "no"),
        ("http://127.0.0.1.evil.example", "no"), ("https://a b", "no"),
    ],
)  # fmt: skip
def test_a_base_is_an_origin_over_tls_or_on_this_machine(pieces: Pieces, base: str, good: str) -> None:
    assert pieces.ask("origin", base) == good


@pytest.mark.parametrize(
    "shown", ["", "short", "A" * 42, "A" * 44, "A" * 42 + "B", "x1:", "x1:AAAA", "é" * 43]
)
def test_a_secret_that_registration_never_showed_is_refused(pieces: Pieces, shown: str) -> None:
    assert pieces.ask("begin", "01989f3e-7c00-7abc-8def-0123456789ab", shown) == "refused"
