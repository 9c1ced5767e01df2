"""Rotation without a restart: what is cached, when it is read again, and who is told."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.core.nursery import Nursery
from hub.core.secrets import BadSecret, MissingSecret, Secrets
from hub.core.secrets.vault import Vault
from hub.core.settings import AppSettings
from tests.core.conftest import Clock
from tests.fakes.vault import FakeVault, fake_vault
from tests.hubs import until

LATER = [
    "TELEGRAM_BOT_TOKEN",
    "OPS_TELEGRAM_BOT_TOKEN",
    "MT5_LOGIN",
    "MT5_PASSWORD",
    "MT5_SERVER",
    "MT5_PATH",
]


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeVault]:
    with fake_vault() as running:
        running.write({"SMTP_KEY": "first", "OTHER": "same"})
        monkeypatch.setenv("VAULT_TOKEN", running.token)
        yield running


def secrets_of(vault: FakeVault, clock: Clock | None = None, *, timeout: float = 5) -> Secrets:
    provider = Vault(vault.addr, "secret", "caerus", timeout=timeout)
    return Secrets(AppSettings(), provider, monotonic=clock or Clock())


@pytest.fixture
def mounted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str | None], None]:
    """Mount a secret as Kubernetes does: replaced as a whole, or gone."""

    def mount(name: str, value: str | None) -> None:
        path = tmp_path / name.lower()
        monkeypatch.setenv(f"{name}_FILE", str(path))
        if value is None:
            path.unlink()
            return
        (tmp_path / "draft").write_text(value)
        (tmp_path / "draft").rename(path)

    return mount


@pytest.mark.parametrize("name", LATER)
async def test_a_live_secret_follows_a_rotation(
    mounted: Callable[[str, str | None], None], name: str
) -> None:
    mounted(name, "first")
    secrets = Secrets(AppSettings())
    live = secrets.live(name)
    assert live() == "first"
    mounted(name, "second")
    assert live() == "first"
    await secrets.refresh()
    assert live() == secrets.get(name) == "second"


@pytest.mark.parametrize("name", LATER)
async def test_so_does_one_in_vault(vault: FakeVault, name: str) -> None:
    vault.write({name: "first"})
    secrets = secrets_of(vault)
    live = secrets.live(name)
    assert live() == "first"
    vault.write({name: "second"})
    await secrets.refresh()
    assert live() == "second"


async def test_so_does_one_in_dotenv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRETS_PROVIDER", "dotenv")
    (tmp_path / ".env").write_text("SMTP_KEY=first\n")
    secrets = Secrets(AppSettings())
    assert secrets.get("SMTP_KEY") == "first"
    (tmp_path / ".env").write_text("SMTP_KEY=second\n")
    await secrets.refresh()
    assert secrets.get("SMTP_KEY") == "second"


def test_a_value_is_kept_for_its_time_and_then_read_again(vault: FakeVault) -> None:
    clock = Clock()
    secrets = secrets_of(vault, clock)
    assert secrets.get("SMTP_KEY") == "first"
    vault.write({"SMTP_KEY": "second"})
    clock.now += 299.9
    assert (secrets.get("SMTP_KEY"), vault.reads) == ("first", 1)
    clock.now += 0.1
    assert (secrets.get("SMTP_KEY"), vault.reads) == ("second", 2)


def test_a_document_is_read_once_for_all_its_fields(vault: FakeVault) -> None:
    secrets = secrets_of(vault)
    assert [secrets.find(name) for name in ("SMTP_KEY", "OTHER", "NOT_THERE")] == ["first", "same", None]
    assert vault.reads == 1


def test_a_provider_that_is_away_is_warned_of_once_an_outage(vault: FakeVault, events: list[Any]) -> None:
    clock = Clock()
    secrets = secrets_of(vault, clock)
    assert secrets.get("SMTP_KEY") == "first"
    for _ in range(2):
        vault.sealed = True
        for _ in range(3):
            clock.now += 301
            assert secrets.get("SMTP_KEY") == "first"
        vault.sealed = False
        clock.now += 301
        assert secrets.get("SMTP_KEY") == "first"
    told = [event["event"] for event in events if event["log_level"] == "warning"]
    assert told == ["secrets.provider_away"] * 2
    assert "first" not in str(events) and vault.token not in str(events)


def test_a_provider_that_is_away_is_asked_again_after_ten_seconds(vault: FakeVault) -> None:
    clock = Clock()
    secrets = secrets_of(vault, clock)
    vault.sealed = True
    for _ in range(3):
        with pytest.raises(MissingSecret, match="sealed"):
            secrets.get("SMTP_KEY")
    assert vault.reads == 1
    vault.sealed = False
    clock.now += 10
    assert secrets.get("SMTP_KEY") == "first"


async def test_who_listens_is_told_once_when_every_new_value_is_in_place(vault: FakeVault) -> None:
    secrets, seen = secrets_of(vault), []

    def both() -> None:
        seen.append((secrets.find("SMTP_KEY"), secrets.find("OPTIONAL")))

    secrets.on_change("SMTP_KEY", both)
    secrets.on_change("OPTIONAL", both)
    secrets.on_change("OTHER", lambda: seen.append("never"))
    await secrets.refresh()
    assert seen == []
    vault.write({"SMTP_KEY": "second", "OPTIONAL": "here", "OTHER": "same"})
    await secrets.refresh()
    vault.write({"SMTP_KEY": "second", "OTHER": "same"})
    await secrets.refresh()
    assert seen == [("second", "here"), ("second", None)]


async def test_one_that_cannot_take_a_value_does_not_stop_the_others(
    vault: FakeVault, events: list[Any]
) -> None:
    secrets, told = secrets_of(vault), []

    def refuses() -> None:
        raise BadSecret("SMTP_KEY must be longer")

    def breaks() -> None:
        raise RuntimeError(secrets.get("SMTP_KEY"))

    for callback in (refuses, breaks, lambda: told.append(secrets.get("SMTP_KEY"))):
        secrets.on_change("SMTP_KEY", callback)
    vault.write({"SMTP_KEY": "hunter2"})
    await secrets.refresh()
    assert told == ["hunter2"]
    errors = [event for event in events if event["log_level"] == "error"]
    assert [(e["event"], e.get("reason") or e["error"]) for e in errors] == [
        ("secret.refused", "SMTP_KEY must be longer"),
        ("secret.callback_failed", "RuntimeError"),
    ]
    assert "hunter2" not in str(events)


async def test_what_is_needed_and_was_removed_is_used_on_and_warned_of(
    vault: FakeVault, events: list[Any]
) -> None:
    """`vault kv put` of one field removes all others; a hub that runs does not stop for it."""
    secrets = secrets_of(vault)
    assert (secrets.get("SMTP_KEY"), secrets.find("OTHER")) == ("first", "same")
    vault.write({"NEW": "value"})
    await secrets.refresh()
    assert (secrets.get("SMTP_KEY"), secrets.find("OTHER")) == ("first", None)
    assert [e["name"] for e in events if e["event"] == "secret.gone"] == ["SMTP_KEY"]
    with pytest.raises(MissingSecret, match="SMTP_KEY"):
        secrets_of(vault).get("SMTP_KEY")


async def test_nothing_of_a_snapshot_is_taken_when_a_part_cannot_be_read(
    mounted: Callable[[str, str | None], None], tmp_path: Path
) -> None:
    mounted("MT5_LOGIN", "1")
    mounted("MT5_PASSWORD", "one")
    secrets = Secrets(AppSettings())
    assert (secrets.get("MT5_LOGIN"), secrets.get("MT5_PASSWORD")) == ("1", "one")
    mounted("MT5_LOGIN", "2")
    (tmp_path / "mt5_password").write_bytes(b"\xff")
    await secrets.refresh()
    assert (secrets.get("MT5_LOGIN"), secrets.get("MT5_PASSWORD")) == ("1", "one")
    mounted("MT5_PASSWORD", "two")
    await secrets.refresh()
    assert (secrets.get("MT5_LOGIN"), secrets.get("MT5_PASSWORD")) == ("2", "two")


async def test_a_task_keeps_them_fresh_and_wakes_when_asked(
    monkeypatch: pytest.MonkeyPatch, vault: FakeVault
) -> None:
    monkeypatch.setenv("SECRETS_CACHE_SECONDS", "1")
    secrets = Secrets(AppSettings(), Vault(vault.addr, "secret", "caerus"))
    live, nursery = secrets.live("SMTP_KEY"), Nursery()
    assert live() == "first"
    nursery.start(secrets.keep_fresh(), name="secrets")
    vault.write({"SMTP_KEY": "second"})
    await until(lambda: live() == "second")
    monkeypatch.setenv("SECRETS_CACHE_SECONDS", "3600")
    await nursery.close()
    slow, nursery = Secrets(AppSettings(), Vault(vault.addr, "secret", "caerus")), Nursery()
    assert slow.get("SMTP_KEY") == "second"
    nursery.start(slow.keep_fresh(), name="secrets")
    vault.write({"SMTP_KEY": "third"})
    slow.refresh_soon()
    await until(lambda: slow.get("SMTP_KEY") == "third")
    await nursery.close()


async def test_nobody_waits_for_a_slow_provider_where_a_task_keeps_them_fresh(
    monkeypatch: pytest.MonkeyPatch, vault: FakeVault
) -> None:
    monkeypatch.setenv("SECRETS_CACHE_SECONDS", "1")
    secrets, nursery = Secrets(AppSettings(), Vault(vault.addr, "secret", "caerus", timeout=30)), Nursery()
    assert secrets.get("SMTP_KEY") == "first"
    vault.hang()
    nursery.start(secrets.keep_fresh(), name="secrets")
    loop = asyncio.get_running_loop()
    ends, longest = loop.time() + 1.5, 0.0
    while loop.time() < ends:
        began = loop.time()
        assert secrets.get("SMTP_KEY") == "first"
        longest = max(longest, loop.time() - began)
        await asyncio.sleep(0)
    assert longest < 0.5
    vault.write({"SMTP_KEY": "second"})
    vault.answer_again()
    await until(lambda: secrets.get("SMTP_KEY") == "second")
    await nursery.close()


def test_elsewhere_a_read_waits_for_it(vault: FakeVault) -> None:
    """The control of the test before: without the task it is the caller who waits."""
    clock = Clock()
    secrets = secrets_of(vault, clock, timeout=0.3)
    assert secrets.get("SMTP_KEY") == "first"
    vault.hang()
    clock.now += 301
    began = time.monotonic()
    assert secrets.get("SMTP_KEY") == "first"
    assert time.monotonic() - began > 0.2
