"""Whatever comes instead of an answer: a typed reason in the log, no trade, and afterwards everything goes on."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.client.fakehub import FakeHub
from tests.ea_sdk.spoilers import Spoiler, answered, body_of, spoiler
from tests.ea_sdk.terminals import Terminal
from tests.hubs import until
from tests.workers.commands import buy, soon


@pytest.fixture
async def between(fake: FakeHub, terminal: Terminal) -> AsyncIterator[Spoiler]:
    """What stands between the terminal and the hub."""
    async with spoiler(fake.url) as made:
        terminal.settings["EA_ApiBase"] = made.url
        yield made


def changed(change: Callable[[Any], Any]) -> Callable[[bytes], bytes]:
    """The answer's document, changed where it has a command."""

    def spoil(answer: bytes) -> bytes:
        document = json.loads(body_of(answer))
        return answered(200, json.dumps(change(document) or document).encode())

    return spoil


def whole(
    body: bytes, status: int = 200, kind: str = "application/json", length: int | None = None
) -> Callable[[bytes], bytes]:
    return lambda _: answered(status, body, kind=kind, length=length)


HTML = b"<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>"
ANSWERS: dict[str, tuple[Callable[[bytes], bytes | None], str]] = {
    "HTML that says 200": (whole(HTML, kind="text/html"), "not_json 200"),
    "HTML that says 502": (whole(HTML, 502, "text/html"), "hub_failed 502"),
    "500": (whole(b'{"title":"Internal error","detail":"d"}', 500), "hub_failed 500 Internal error: d"),
    "503": (whole(b"", 503), "hub_failed 503"),
    "429": (whole(b'{"title":"Too many"}', 429), "busy 429 Too many"),
    "401": (whole(b'{"title":"Not signed in"}', 401), "unauthorised 401 Not signed in"),
    "404": (whole(b'{"type":"about:blank","title":"Not found","status":404}', 404), "refused 404 Not found"),
    "404 of somebody between": (whole(HTML, 404, "text/html"), "hub_failed 404"),
    "404 that is no problem document": (whole(b'{"title":"Not found"}', 404), "hub_failed 404 Not found"),
    "a problem of another status": (whole(b'{"type":"x","title":"t","status":404}', 400), "hub_failed 400 t"),
    "a redirect": (whole(b"", 302), "hub_failed 302"),
    "nothing": (whole(b""), "not_json 200"),
    "an array": (whole(b"[]"), "bad_shape 200"),
    "a number": (whole(b"5"), "bad_shape 200"),
    "cut in the middle": (lambda answer: answer[: len(answer) - 60], "unreachable -1"),
    "cut in the head": (lambda answer: answer[:20], "unreachable -1"),
    "closed at once": (lambda answer: b"", "unreachable -1"),
    "not HTTP": (lambda answer: b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "unreachable -1"),
    "JSON cut, length right": (lambda answer: answered(200, body_of(answer)[:-1]), "not_json 200"),
    "something after it": (lambda answer: answered(200, body_of(answer) + b"{}"), "not_json 200"),
    "too large": (whole(b'{"cursor":"' + b"9" * 1_100_000 + b'","commands":[]}'), "too_large 200"),
    "too deep": (whole(b'{"commands":' + b"[" * 50 + b"]" * 50 + b"}"), "not_json 200"),
    "a name twice": (whole(b'{"cursor":"1","cursor":"2","commands":[]}'), "not_json 200"),
    "wrong UTF-8": (whole(b'{"cursor":"\xff","commands":[]}'), "not_json 200"),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_an_answer_that_is_none(fake: FakeHub, terminal: Terminal, between: Spoiler, name: str) -> None:
    spoil, reason = ANSWERS[name]
    between.spoil = spoil
    sent = fake.command(buy())
    async with terminal.running():
        await terminal.says(f"the hub did not serve GET /api/v1/client/poll?wait=0: {reason}")
        assert terminal.placed() == 0
        between.spoil = None
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=40)
    assert terminal.placed() == 1


def in_envelope(**parts: Any) -> Callable[[bytes], bytes]:
    def change(document: Any) -> None:
        document["commands"][0]["sealed"] |= parts

    return changed(change)


def in_command(**parts: Any) -> Callable[[bytes], bytes]:
    def change(document: Any) -> None:
        document["commands"][0] |= parts

    return changed(change)


def flipped(field: str, at: int) -> Callable[[bytes], bytes]:
    """One letter of an envelope's text is another."""

    def change(document: Any) -> None:
        sealed = document["commands"][0]["sealed"]
        letter = "A" if sealed[field][at] != "A" else "B"
        sealed[field] = sealed[field][:at] + letter + sealed[field][at + 1 :]

    return changed(change)


OTHER = "01989f3e-7c00-7abc-8def-0123456789ab"
COMMANDS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a swapped id": (in_command(id=OTHER), "bad_seal"),
    "another kind": (in_command(kind="close"), "other_command"),
    "no id": (in_command(id=None), "bad_shape"),
    "an id that is a path": (in_command(id="../../../../../../etc/passwd/000000a"), "bad_shape"),
    "no envelope": (in_command(sealed=None), "bad_shape"),
    "a version of tomorrow": (in_envelope(v=2), "bad_seal"),
    "a version that is a text": (in_envelope(v="1"), "bad_shape"),
    "another key version": (in_envelope(key_version=2), "bad_seal"),
    "a key version that is huge": (in_envelope(key_version=10**15), "bad_shape"),
    "no nonce": (in_envelope(nonce=""), "bad_seal"),
    "the nonce": (flipped("nonce", 3), "bad_seal"),
    "the text": (flipped("ciphertext", 5), "bad_seal"),
    "the tag": (flipped("ciphertext", -10), "bad_seal"),
    "no text": (in_envelope(ciphertext=""), "bad_seal"),
    "a text that is huge": (in_envelope(ciphertext="A" * 70_000), "bad_seal"),
    "a text that is no base64": (in_envelope(ciphertext="%%%%"), "bad_seal"),
}


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_command_that_is_not_as_it_was_sealed(
    fake: FakeHub, terminal: Terminal, between: Spoiler, name: str
) -> None:
    between.spoil, reason = COMMANDS[name]
    sent = fake.command(buy())
    async with terminal.running():
        await terminal.says(f": {reason}")
        assert (terminal.placed(), fake.acks) == (0, [])
        between.spoil = None
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=40)
    assert terminal.placed() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"side": "both"}, {"entry": "nan"}, {"entry": "1e9"}, {"stop": None}, {"expires_at": "tomorrow"},
        {"order_type": "stop_limit"}, {"bounds": 5}, {"bounds": {"max_drift_points": "wide"}},
        {"bounds": {"valid_until": "later"}}, {"volume": "lots"}, {"kind": "modify"}, {"entry": "2" * 41},
        {"accounts": 7001}, {"accounts": {}}, {"accounts": ["7001"]}, {"accounts": [{"login": "7001"}]},
        {"accounts": [{"server": "Shim-Demo", "login": 7001}]},
    ],
    ids=str,
)  # fmt: skip
async def test_a_sealed_command_that_makes_no_sense_is_not_acknowledged(
    fake: FakeHub, terminal: Terminal, change: dict[str, Any]
) -> None:
    fake.command(buy(**change))
    good = fake.command(buy())
    async with terminal.running():
        await terminal.says("was not executed: bad_shape")
        await until(lambda: fake.statuses(good) == ["placed"], seconds=20)
    assert (terminal.placed(), len(fake.acks)) == (1, 1)


async def test_another_devices_command_is_not_opened_and_does_not_stop_ours(
    fake: FakeHub, terminal: Terminal
) -> None:
    fake.command(buy(), key_version=1)
    terminal.settings["EA_DeviceSecret"] = "A" * 43
    async with terminal.running():
        await terminal.says("unauthorised 401")
    assert terminal.placed() == 0


@pytest.mark.parametrize("ahead", [-600, 600, 86_400])
async def test_a_clock_that_is_off_is_put_right_by_the_hub(
    fake: FakeHub, terminal: Terminal, ahead: int
) -> None:
    sent = fake.command(buy())
    async with terminal.running(SHIM_CLOCK_SECONDS=str(ahead)):
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
    # the first call is refused as stale; all that follow are signed with the hub's time
    assert fake.bad_signatures == 1


async def test_the_courier_puts_the_eas_clock_right(fake: FakeHub, terminal: Terminal) -> None:
    """The machine is ten minutes slow, and the EA itself has not spoken to the hub when the command comes."""
    sent = fake.command(buy(bounds={"valid_until": soon(-1 / 60)}))
    slow = {"SHIM_CLOCK_SECONDS": "-600", "EA_WaitSeconds": "1"}
    async with terminal.running("courier", **slow), terminal.running(EA_UseCourier="1", **slow):
        await until(lambda: fake.statuses(sent) == ["refused"], seconds=20)
    assert terminal.placed() == 0


async def test_a_hub_whose_clock_is_off_is_followed(fake: FakeHub, terminal: Terminal) -> None:
    fake.clock_ahead = timedelta(minutes=10)
    sent = fake.command(buy())
    async with terminal.running():
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)


async def test_a_nonce_that_was_used_is_refused_and_the_next_one_is_not(
    fake: FakeHub, terminal: Terminal
) -> None:
    """Somebody sends the terminal's first request before it does."""
    sent = fake.command(buy())
    async with spoiler(fake.url) as between:
        forward = between._forward

        async def twice(head: bytes, body: bytes) -> bytes:
            between._forward = forward  # type: ignore[method-assign]
            await forward(head, body)
            return await forward(head, body)

        between._forward = twice  # type: ignore[method-assign]
        terminal.settings["EA_ApiBase"] = between.url
        async with terminal.running():
            await terminal.says("unauthorised 401")
            await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
    assert fake.bad_signatures == 1


async def test_a_slow_hub_is_waited_for_and_one_that_never_answers_is_not(
    fake: FakeHub, terminal: Terminal, between: Spoiler
) -> None:
    sent = fake.command(buy())
    between.slow = 0.02
    async with terminal.running():
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=30)
        between.slow, between.spoil = 0.0, lambda _: None
        later = fake.command(buy())
        await terminal.says("unreachable -1")
        between.spoil = None
        await until(lambda: fake.statuses(later) == ["placed"], seconds=40)
    assert terminal.placed() == 2


async def test_safe_mode_while_the_hub_is_silent(fake: FakeHub, terminal: Terminal) -> None:
    first = fake.command(buy())
    async with terminal.running(EA_SafeAfterSeconds="1"):
        await until(lambda: fake.statuses(first) == ["placed"], seconds=20)
        fake.down = True
        sent = fake.command(buy())
        await terminal.says("safe mode: nothing is opened: the hub has not been heard")
        assert terminal.placed() == 1
        fake.down = False
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=40)
        await terminal.says("safe mode is over")


@pytest.mark.parametrize("program", ["reference", "courier"])
async def test_an_address_that_is_not_in_the_terminals_options_is_named(
    fake: FakeHub, terminal: Terminal, program: str
) -> None:
    other = "https://hub.example.com"
    sent = fake.command(buy())
    async with terminal.running(program, SHIM_ALLOWED=other):
        mend = f"add {fake.url} to the allowed URLs: Tools, Options, Expert Advisors"
        await terminal.says(f": not_allowed 4014 {mend}", program)
    assert (terminal.placed(), fake.calls) == (0, [])
    async with terminal.running(SHIM_ALLOWED=f"{other},{fake.url}"):
        await until(lambda: fake.statuses(sent) == ["placed"], seconds=20)
