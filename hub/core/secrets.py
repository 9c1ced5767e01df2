"""The one door to secrets. Their values never reach a log, a dump or an error.

Providers: `env` (the process environment) and `dotenv` (`.env`, refused in production). In
development a missing secret is made once and kept in `CAERUS_HOME/secrets/`, mode 0600.
"""

import base64
import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from dotenv import dotenv_values

from hub.core.settings import AppSettings


class MissingSecret(Exception):
    """A secret is not set; the message names it and says where it is looked for."""


def _rsa_key() -> str:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode()


def _random() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


_MAKERS: dict[str, Callable[[], str]] = {
    "JWT_PRIVATE_KEY": _rsa_key,
    "DEVICE_KEY_KDF_SECRET": _random,
    "MFA_SEAL_SECRET": _random,
    "POSTGRES_PASSWORD": _random,
    "REDIS_PASSWORD": _random,
    "DEMO_SEED": _random,
}


class Secrets:
    """`secrets.get("JWT_PRIVATE_KEY")`, cached for the life of the process."""

    def __init__(self, app: AppSettings) -> None:
        self._app = app
        self._known: dict[str, str] = {}

    def get(self, name: str) -> str:
        """The secret's value, or `MissingSecret`."""
        if name not in self._known:
            self._known[name] = self._look_up(name)
        return self._known[name]

    def _look_up(self, name: str) -> str:
        value = (
            dotenv_values(Path(".env")).get(name)
            if self._app.secrets_provider == "dotenv"
            else os.environ.get(name)
        )
        if value:
            return value
        if self._app.env == "development" and name in _MAKERS:
            return self._made(name)
        raise MissingSecret(f"set {name} ({self._app.secrets_provider} provider, APP_ENV={self._app.env})")

    def _made(self, name: str) -> str:
        path = self._app.home / "secrets" / name.lower()
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_once(path, _MAKERS[name]())
        return path.read_text()


def _write_once(path: Path, value: str) -> None:
    """Two processes may start at once: the first to link the file wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
        file.write(value)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
