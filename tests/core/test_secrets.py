"""Secrets: where each provider looks, what is refused, and what a message never holds."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.core.secrets import MissingSecret, Secrets
from hub.core.settings import AppSettings
from tests.fakes.vault import fake_vault

PRODUCTION = {"APP_ENV": "production", "APP_VERSION": "1.0.0", "GIT_SHA": "abc"}


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A working directory and a home with nothing in them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAERUS_HOME", str(tmp_path / "home"))


def put(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("provider", ["env", "dotenv", "vault"])
def test_the_chosen_provider_gives_its_value_and_no_other_one(
    monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    with fake_vault() as vault:
        vault.write({"SMTP_KEY": "of vault"})
        Path(".env").write_text("SMTP_KEY='of dotenv'\n")
        put(monkeypatch, SMTP_KEY="of env", SECRETS_PROVIDER=provider)
        put(monkeypatch, VAULT_ADDR=vault.addr, VAULT_TOKEN=vault.token)
        assert Secrets(AppSettings()).get("SMTP_KEY") == f"of {provider}"


@pytest.mark.parametrize("provider", ["env", "dotenv", "vault"])
def test_a_missing_secret_is_named_with_its_provider(monkeypatch: pytest.MonkeyPatch, provider: str) -> None:
    with fake_vault() as vault:
        vault.write({"OTHER": "hunter2", "SMTP_KEY": ""})
        Path(".env").write_text("OTHER=hunter2\nSMTP_KEY=\n")
        put(monkeypatch, OTHER="hunter2", SMTP_KEY="", SECRETS_PROVIDER=provider)
        put(monkeypatch, VAULT_ADDR=vault.addr, VAULT_TOKEN=vault.token)
        with pytest.raises(MissingSecret, match=f"SMTP_KEY.*{provider} provider") as refused:
            Secrets(AppSettings()).get("SMTP_KEY")
        assert Secrets(AppSettings()).find("SMTP_KEY") is None
        assert "hunter2" not in str(refused.value) and vault.token not in str(refused.value)


def test_a_value_may_be_in_a_file_that_a_variable_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("from the file\n")
    put(monkeypatch, SMTP_KEY_FILE=str(tmp_path / "key"))
    assert Secrets(AppSettings()).get("SMTP_KEY") == "from the file"


def test_a_file_that_is_not_there_is_a_secret_that_is_not_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(monkeypatch, SMTP_KEY_FILE=str(tmp_path / "key"))
    assert Secrets(AppSettings()).find("SMTP_KEY") is None


def test_a_value_and_a_file_at_once_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hunter2")
    put(monkeypatch, SMTP_KEY="hunter3", SMTP_KEY_FILE=str(tmp_path / "key"))
    with pytest.raises(MissingSecret, match="SMTP_KEY and SMTP_KEY_FILE are both set") as refused:
        Secrets(AppSettings()).get("SMTP_KEY")
    assert "hunter" not in str(refused.value)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "key"
    path.mkdir() if content is None else path.write_bytes(content)
    put(monkeypatch, SMTP_KEY_FILE=str(path))
    with pytest.raises(MissingSecret, match="SMTP_KEY_FILE names a file that"):
        Secrets(AppSettings()).get("SMTP_KEY")


def test_dotenv_takes_values_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, SECRETS_PROVIDER="dotenv", HOME="/root")
    Path(".env").write_text("SMTP_KEY='a${HOME}b'\n")
    assert Secrets(AppSettings()).get("SMTP_KEY") == "a${HOME}b"


@pytest.mark.parametrize("env", ["staging", "production"])
def test_what_development_made_is_of_no_use_elsewhere(monkeypatch: pytest.MonkeyPatch, env: str) -> None:
    made = Secrets(AppSettings()).get("DEVICE_KEY_KDF_SECRET")
    put(monkeypatch, **PRODUCTION | {"APP_ENV": env})
    with pytest.raises(MissingSecret, match="DEVICE_KEY_KDF_SECRET") as refused:
        Secrets(AppSettings()).get("DEVICE_KEY_KDF_SECRET")
    assert made not in str(refused.value)


def test_vault_without_an_address_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, SECRETS_PROVIDER="vault")
    with pytest.raises(ValidationError, match="VAULT_ADDR"):
        AppSettings()


@pytest.mark.parametrize("addr", ["vault:8200", "ftp://vault", "https://user:hunter2@vault:8200"])
def test_an_address_of_vault_is_a_url_without_a_password(monkeypatch: pytest.MonkeyPatch, addr: str) -> None:
    put(monkeypatch, VAULT_ADDR=addr)
    with pytest.raises(ValidationError, match="VAULT_ADDR") as refused:
        AppSettings()
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(("provider", "loaded"), [("env", False), ("vault", True)])
def test_the_client_of_vault_is_loaded_only_where_vault_is_chosen(
    monkeypatch: pytest.MonkeyPatch, provider: str, loaded: bool
) -> None:
    put(monkeypatch, SECRETS_PROVIDER=provider, VAULT_ADDR="http://127.0.0.1:1")
    code = """import sys, hub.app, hub.cli
from hub.core.secrets import Secrets
from hub.core.settings import AppSettings
Secrets(AppSettings())
print("hvac" in sys.modules)"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert told.stdout.strip() == str(loaded)


def test_a_live_secret_shows_its_name_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, TELEGRAM_BOT_TOKEN="hunter2")
    live = Secrets(AppSettings()).live("TELEGRAM_BOT_TOKEN")
    assert live() == "hunter2"
    assert f"{live!r} {live}" == "<secret TELEGRAM_BOT_TOKEN> <secret TELEGRAM_BOT_TOKEN>"
