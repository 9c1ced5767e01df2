"""The owner's chat: what arrives, what is tried again and when, and that nobody is told the token."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from hub.core.alerts import telegram as module
from hub.core.alerts.deliver import deliver, joined
from hub.core.alerts.settings import AlertSettings
from hub.core.alerts.telegram import NotSent, Telegram, chat, cut
from hub.core.embedded.process import free_port
from hub.core.secrets import Secrets
from hub.core.settings import AppSettings
from tests.fakes.telegram import CHAT, TOKEN, Answer, FakeTelegram, fake_telegram
from tests.metrics import here, moved


def to(fake: FakeTelegram, **changed: object) -> Telegram:
    given = {"api": fake.url, "chat_id": CHAT, "token": lambda: TOKEN} | changed
    return Telegram(**given)  # type: ignore[arg-type]


async def test_a_message_arrives_as_it_was_written() -> None:
    async with fake_telegram() as fake:
        await to(fake).send("closure.stuck\n<b>10 % & *more* _of_ 🐢</b>")
    assert fake.taken == ["closure.stuck\n<b>10 % & *more* _of_ 🐢</b>"]
    assert fake.calls == [f"/bot{TOKEN}/sendMessage"]
    assert fake.bodies[0].keys() == {"chat_id", "text", "link_preview_options"}


@pytest.mark.parametrize(
    ("answer", "reason", "wait"),
    [
        (("limited", 7), "limited", 7),
        (("limited", "soon"), "limited", 0),
        (("limited", -3), "limited", 0),
        (("limited", 10**12), "limited", 86_400),
        (429, "limited", 0),
        (500, "failed", 0),
        (502, "failed", 0),
        (400, "refused", 0),
        (401, "refused", 0),
        (403, "refused", 0),
        ("garbage", "failed", 0),
        ("slow", "failed", 0),
        ("cut", "failed", 0),
        ("elsewhere", "failed", 0),
    ],
)
async def test_what_does_not_arrive_is_said_and_never_where_it_went(
    answer: Answer, reason: str, wait: float
) -> None:
    async with fake_telegram() as fake:
        fake.answers.append(answer)
        before = here()
        with capture_logs() as told, pytest.raises(NotSent) as caught:
            await deliver(to(fake, timeout=0.3), "x", ["y"])
    assert (caught.value.reason, caught.value.wait) == (reason, wait)
    assert moved(before, "alerts_sent_total", "alerts_failed_total") == {
        f"alerts_failed_total{{reason={reason}}}": 1
    }
    assert len(fake.calls) == 1, "a redirect is not followed"
    assert told[0]["event"] == "alert.not_sent"
    seen = f"{caught.value} {caught.value.__cause__} {told}"
    assert TOKEN not in seen and "AAE" not in seen


async def test_nobody_there_and_a_bad_token_are_said_without_the_address() -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    for telegram, why in (
        (Telegram(nowhere, CHAT, lambda: TOKEN), "no answer: ClientConnectorError"),
        (Telegram(nowhere, CHAT, lambda: "123:x/../../y?"), f"{module.TOKEN} must look like 123456:ABC-def"),
        (Telegram(nowhere, CHAT, lambda: None), f"{module.TOKEN} must look like 123456:ABC-def"),
    ):
        with pytest.raises(NotSent) as caught:
            await telegram.send("x")
        assert str(caught.value) == why


async def test_a_token_that_telegram_does_not_know_is_refused() -> None:
    async with fake_telegram() as fake:
        with pytest.raises(NotSent, match="401: Unauthorized") as caught:
            await to(fake, token=lambda: "123456:another").send("x")
    assert caught.value.reason == "refused"


async def test_each_alert_that_arrived_counts() -> None:
    async with fake_telegram() as fake:
        before = here()
        await deliver(to(fake), "closure.stuck", [f"position {n}" for n in range(8)])
    assert moved(before, "alerts_sent_total") == {"alerts_sent_total": 8}
    assert fake.taken[0].splitlines()[0] == "closure.stuck (8 times)"
    assert fake.taken[0].splitlines()[1:] == [*(f"position {n}" for n in range(3, 8)), "… and 3 before"]


@given(st.text(max_size=5_000))
def test_what_is_cut_fits_and_is_a_beginning(text: str) -> None:
    got = cut(text)
    clean = re.sub("[\ud800-\udfff]", "?", text)
    assert clean.startswith(got)
    assert len(got.encode("utf-16-le")) <= 8_192
    assert len(got) == len(clean) or len(got.encode("utf-16-le")) >= 8_190


@given(st.lists(st.text(max_size=2_000), min_size=1, max_size=30))
def test_any_number_of_alerts_is_one_message(texts: list[str]) -> None:
    assert cut(joined("closure.stuck", texts)).startswith("closure.stuck")


def test_without_a_chat_or_a_token_it_is_off_and_said_once(
    monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    monkeypatch.delenv("OPS_TELEGRAM_BOT_TOKEN", raising=False)
    monkeypatch.setattr(module, "_said", set())
    on = AlertSettings(OPS_TELEGRAM_CHAT_ID=CHAT)  # type: ignore[call-arg]
    with capture_logs() as told:
        for given_settings in (AlertSettings(), AlertSettings(), on, on):
            assert chat(Secrets(AppSettings()), given_settings) is None
    # Errors alone are logged in tests; what was said is kept all the same.
    assert module._said == {"alerts.off", "alerts.no_token"}
    assert len(told) <= 2
    monkeypatch.setenv("OPS_TELEGRAM_BOT_TOKEN", TOKEN)
    assert chat(Secrets(AppSettings()), AlertSettings()) is None
    found = chat(Secrets(AppSettings()), on)
    assert found is not None and (found.api, found.token()) == ("https://api.telegram.org", TOKEN)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPS_TELEGRAM_API", "http://api.telegram.org"),
        ("OPS_TELEGRAM_API", "https://user:pw@api.telegram.org"),
        ("OPS_TELEGRAM_API", "http://127.0.0.1.example.com"),
        ("OPS_TELEGRAM_API", "https://api.telegram.org/path"),
        ("OPS_TELEGRAM_CHAT_ID", "the owner"),
        ("OPS_ALERT_WINDOW_SECONDS", "0"),
    ],
)
def test_a_setting_that_would_give_the_token_away_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        AlertSettings(**{name: value})
