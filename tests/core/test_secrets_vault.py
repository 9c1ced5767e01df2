"""Vault through its real client, against a server that answers as Vault does."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.core.secrets import MissingSecret, ProviderAway, Secrets
from hub.core.secrets.vault import Vault
from hub.core.settings import AppSettings
from tests.fakes.vault import FakeVault, fake_vault


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeVault]:
    with fake_vault() as running:
        running.write({"SMTP_KEY": "first"})
        monkeypatch.setenv("SECRETS_PROVIDER", "vault")
        monkeypatch.setenv("VAULT_ADDR", running.addr)
        monkeypatch.setenv("VAULT_TOKEN", running.token)
        yield running


def read(vault: FakeVault, *, mount: str = "secret", path: str = "caerus", timeout: float = 5) -> Any:
    return Vault(vault.addr, mount, path, timeout=timeout).snapshot()


def test_the_newest_version_is_read(vault: FakeVault) -> None:
    assert read(vault)("SMTP_KEY") == "first"
    assert vault.write({"SMTP_KEY": "second"}) == 2
    assert read(vault)("SMTP_KEY") == "second"


def test_mount_and_path_are_settings(vault: FakeVault, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.write({"SMTP_KEY": "elsewhere"}, at="kv/teams/trading")
    monkeypatch.setenv("VAULT_MOUNT", "kv")
    monkeypatch.setenv("VAULT_PATH", "teams/trading")
    assert Secrets(AppSettings()).get("SMTP_KEY") == "elsewhere"


def test_a_number_is_text_and_null_is_nothing(vault: FakeVault) -> None:
    vault.write({"MT5_LOGIN": 1234567, "MT5_PATH": None})
    assert (read(vault)("MT5_LOGIN"), read(vault)("MT5_PATH")) == ("1234567", None)


def test_the_token_is_read_from_its_file_each_time(
    vault: FakeVault, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "token"
    monkeypatch.delenv("VAULT_TOKEN")
    monkeypatch.setenv("VAULT_TOKEN_FILE", str(path))
    with pytest.raises(ProviderAway, match="VAULT_TOKEN_FILE"):
        read(vault)
    for token in ("hvs.one", "hvs.two"):
        path.write_text(token + "\n")
        vault.token = token
        assert read(vault)("SMTP_KEY") == "first"


def test_what_vault_refuses_is_said_in_our_words(vault: FakeVault, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProviderAway, match="nothing there"):
        read(vault, path="nobody")
    with pytest.raises(ProviderAway, match="nothing there"):
        read(vault, mount="kv-v1")
    vault.sealed = True
    with pytest.raises(ProviderAway, match="sealed"):
        read(vault)
    vault.sealed = False
    monkeypatch.setenv("VAULT_TOKEN", "hvs.hunter2")
    with pytest.raises(ProviderAway, match="refuses the token") as refused:
        read(vault)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("token", ["hvs.hunter2\u20ac", "hvs.hunter2\nX-Evil: 1"])
def test_a_token_that_is_no_header_is_away_and_not_shown(
    vault: FakeVault, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", token)
    with pytest.raises(ProviderAway, match="cannot be reached") as refused:
        read(vault)
    assert "hunter2" not in str(refused.value)


def test_a_deleted_version_is_nothing(vault: FakeVault) -> None:
    vault.delete()
    with pytest.raises(ProviderAway, match="nothing there"):
        read(vault)


def test_a_vault_that_does_not_answer_is_given_up(vault: FakeVault) -> None:
    vault.hang()
    began = time.monotonic()
    with pytest.raises(ProviderAway, match="cannot be reached"):
        read(vault, timeout=0.3)
    assert 0.2 < time.monotonic() - began < 4
    vault.answer_again()
    assert read(vault)("SMTP_KEY") == "first"


def test_a_vault_that_is_not_there_is_said_at_the_first_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("VAULT_ADDR", f"http://127.0.0.1:{probe.getsockname()[1]}")
        monkeypatch.setenv("SECRETS_PROVIDER", "vault")
        monkeypatch.setenv("VAULT_TOKEN", "hvs.hunter2")
        with pytest.raises(
            MissingSecret, match=r"JWT_PRIVATE_KEY cannot be read \(vault provider, secret/caerus\)"
        ) as refused:
            Secrets(AppSettings()).get("JWT_PRIVATE_KEY")  # development makes none in its place
    assert "hunter2" not in str(refused.value)
