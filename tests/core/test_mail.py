"""Letters: as they are written, as they are handed over, and when they are not."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core import mail
from hub.core.embedded import Endpoints
from hub.core.embedded.process import free_port
from hub.core.resources import Resources, open_resources
from hub.core.settings import Settings
from tests.smtp import NOT_LOOPBACK, certificate, context, only, parsed, sink

SENDER = "Caerus <no-reply@caerus.example>"
LINK = "https://caerus.example/verify-email#token=" + "x" * 43

Sender = Callable[[str], Awaitable[Resources]]


@pytest.fixture
async def through(
    settings: Settings, servers: Endpoints, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Sender]:
    """Resources whose letters go to a server (a URL)."""
    async with AsyncExitStack() as stack:

        async def opened(url: str) -> Resources:
            monkeypatch.setenv("SMTP_URL", url)
            return await stack.enter_async_context(open_resources(settings, servers.dsn, servers.redis_url))

        yield opened


async def write(res: Resources, to: str = "a@example.com") -> None:
    await mail.send(res, to, "Hello", f"Follow\n\n{LINK}\n")


async def test_a_letter_arrives_as_it_was_written(through: Sender) -> None:
    async with sink() as server:
        res = await through(f"smtp://127.0.0.1:{server.port}")
        await mail.send(res, "zoe.o'neil+x@example.com", "Grüße, 你好 ✓", "Größe: 5 €\n")
    [taken] = server.taken
    message = taken.message
    assert taken.recipients == ["zoe.o'neil+x@example.com"]
    assert (message["From"], message["To"]) == (SENDER, "zoe.o'neil+x@example.com")
    assert message["Subject"] == "Grüße, 你好 ✓"
    assert message.get_content().splitlines() == ["Größe: 5 €"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@caerus.example>")
    assert message["Date"].datetime.utcoffset().total_seconds() == 0
    assert taken.raw.isascii()


async def test_a_link_is_one_piece_also_in_the_raw_letter(through: Sender) -> None:
    async with sink() as server:
        await write(await through(f"smtp://127.0.0.1:{server.port}"))
    assert LINK.encode() in server.taken[0].raw.splitlines()


@pytest.mark.parametrize(
    "to",
    [
        "a@example.com\r\nBcc: evil@example.com",
        "a@example.com\n",
        "a@example.com, evil@example.com",
        "a,evil@example.com",
        "a@example.com> <evil@example.com",
        "a(evil)@example.com",
        "A <a@example.com>",
        "a@example.com\x00",
        "ä@example.com",
        "a",
        "",
    ],
)
async def test_what_is_not_one_address_gets_no_letter(through: Sender, to: str) -> None:
    async with sink() as server:
        res = await through(f"smtp://127.0.0.1:{server.port}")
        with pytest.raises(mail.Refused) as refused:
            await write(res, to)
        await write(res)
    assert [taken.recipients for taken in server.taken] == [["a@example.com"]]
    assert "evil" not in str(refused.value)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x00", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_subject_that_could_be_two_headers_is_refused(end: str) -> None:
    for subject in (f"Hello{end}Bcc: evil@example.com", f"Hello{end}", f"{end}Hello"):
        with pytest.raises(mail.Refused):
            mail.compose(SENDER, "a@example.com", subject, "text")


@given(subject=st.text(max_size=200), text=st.text(st.characters(codec="utf-8"), max_size=400))
def test_no_subject_and_no_text_adds_a_header(subject: str, text: str) -> None:
    try:
        message = parsed(mail.compose(SENDER, "a@example.com", subject, text).as_bytes())
    except mail.Refused:
        return
    assert sorted(message.keys()) == [
        "Auto-Submitted",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ]
    assert message["To"] == "a@example.com"


async def test_nothing_leaves_this_machine_unencrypted(through: Sender) -> None:
    async with sink(host=NOT_LOOPBACK) as server:
        with pytest.raises(mail.NotSent):
            await write(await through(f"smtp://{NOT_LOOPBACK}:{server.port}"))
        assert server.taken == []
        await write(await through(f"smtp://127.0.0.1:{server.port}"))
    assert [taken.encrypted for taken in server.taken] == [False]


@pytest.mark.parametrize("host", ["127.0.0.1", NOT_LOOPBACK])
async def test_starttls_is_used_when_it_is_offered(
    through: Sender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: str
) -> None:
    pem = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    async with sink(host=host, tls_context=context(pem)) as server:
        await write(await through(f"smtp://{host}:{server.port}"))
    assert [taken.encrypted for taken in server.taken] == [True]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_server_that_cannot_prove_its_name_gets_nothing(
    through: Sender, tmp_path: Path, scheme: str
) -> None:
    made = context(certificate(tmp_path))
    options = {"tls": made} if scheme == "smtps" else {"tls_context": made}
    async with sink(host=NOT_LOOPBACK, **options) as server:
        with pytest.raises(mail.NotSent):
            await write(await through(f"{scheme}://{NOT_LOOPBACK}:{server.port}"))
    assert server.taken == []


async def test_a_server_may_speak_tls_from_the_first_byte(
    through: Sender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pem = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    async with sink(host=NOT_LOOPBACK, tls=context(pem)) as server:
        await write(await through(f"smtps://{NOT_LOOPBACK}:{server.port}"))
    assert [taken.encrypted for taken in server.taken] == [True]


async def test_a_server_may_ask_who_we_are(
    through: Sender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pem = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    asks = {"auth_required": True, "authenticator": only("me@here", "p@ss/w:rd")}
    async with sink(host=NOT_LOOPBACK, tls_context=context(pem), **asks) as server:
        await write(await through(f"smtp://me%40here:p%40ss%2Fw%3Ard@{NOT_LOOPBACK}:{server.port}"))
        with pytest.raises(mail.NotSent) as refused:
            await write(await through(f"smtp://me%40here:hunter2@{NOT_LOOPBACK}:{server.port}"))
    assert [(taken.encrypted, taken.user) for taken in server.taken] == [(True, "me@here")]
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("rcpt", "data", "error"),
    [
        ("550 No such mailbox a@example.com", "250 OK", mail.Refused),
        ("450 Busy, a@example.com", "250 OK", mail.NotSent),
        ("250 OK", "554 No, a@example.com", mail.Refused),
        ("250 OK", "451 Later, a@example.com", mail.NotSent),
    ],
)
async def test_what_the_server_says_decides_whether_to_come_again(
    through: Sender, rcpt: str, data: str, error: type[Exception]
) -> None:
    async with sink() as server:
        server.rcpt["a@example.com"], server.data = rcpt, data
        with pytest.raises(error) as refused:
            await write(await through(f"smtp://127.0.0.1:{server.port}"))
    assert server.taken == []
    assert "example.com" not in str(refused.value)


async def test_a_server_that_is_away_is_asked_again_later(through: Sender) -> None:
    with pytest.raises(mail.NotSent):
        await write(await through(f"smtp://127.0.0.1:{free_port()}"))


async def test_without_a_server_development_keeps_letters_in_files_for_its_own_eyes(
    settings: Settings, servers: Endpoints, tmp_path: Path
) -> None:
    app = settings.app.model_copy(update={"home": tmp_path})
    async with open_resources(settings, servers.dsn, servers.redis_url) as res:
        await write(_with(res, settings.model_copy(update={"app": app})))
    [path] = (tmp_path / "mail").iterdir()
    assert path.suffix == ".eml"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert parsed(path.read_bytes())["To"] == "a@example.com"
    assert LINK.encode() in path.read_bytes()


def _with(res: Resources, settings: Settings) -> Resources:
    from msgspec.structs import replace

    return replace(res, settings=settings)


@pytest.mark.parametrize(
    ("public", "expected"),
    [
        ("", "http://127.0.0.1:8000/page"),
        ("https://caerus.example", "https://caerus.example/page"),
        ("https://caerus.example/", "https://caerus.example/page"),
    ],
)
def test_links_begin_with_the_public_address(
    monkeypatch: pytest.MonkeyPatch, public: str, expected: str
) -> None:
    monkeypatch.setenv("HUB_PORT", "8000")
    monkeypatch.setenv("PUBLIC_URL", public)
    assert mail.link(Settings(), "/page") == expected


GOOD = {"SMTP_URL": "smtp://mail.example", "PUBLIC_URL": "https://caerus.example"}


@pytest.mark.parametrize("env", ["staging", "production"])
@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"SMTP_URL": ""}, "Set SMTP_URL"),
        ({"SMTP_URL": "http://u:hunter2@mail.example"}, "SMTP_URL must look like"),
        ({"SMTP_URL": "smtp://u:hunter2@mail.example:x"}, "SMTP_URL must look like"),
        ({"SMTP_URL": "smtp://u:hunter2@"}, "SMTP_URL must look like"),
        ({"PUBLIC_URL": ""}, "Set PUBLIC_URL"),
        ({"MAIL_FROM": "Caerus"}, "MAIL_FROM must look like"),
    ],
)
def test_a_worker_that_could_send_no_letter_does_not_start(
    env: str, changed: dict[str, str], named: str
) -> None:
    done = work(env, GOOD | changed)
    assert done.returncode == 1
    assert done.stderr.startswith(named) and len(done.stderr.splitlines()) == 1
    assert "hunter2" not in done.stderr


def test_one_that_can_gets_further(tmp_path: Path) -> None:
    """The control of the test above: it is stopped by the next thing that is missing."""
    done = work("production", GOOD | {"CAERUS_HOME": str(tmp_path)})
    assert done.returncode == 2 and "DB_DSN" in done.stderr


def work(env: str, given: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    known = {"APP_ENV": env, "APP_VERSION": "1", "GIT_SHA": "a"}
    return subprocess.run(
        [sys.executable, "-m", "hub.cli", "work"],
        env=os.environ | known | given,
        capture_output=True,
        text=True,
        check=False,
    )
