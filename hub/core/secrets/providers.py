"""Where secrets are: the environment, a `.env` file, or Vault."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from dotenv import dotenv_values

from hub.core.secrets.errors import ProviderAway
from hub.core.settings import AppSettings

Lookup = Callable[[str], str | None]


class Provider(Protocol):
    """A place that holds secrets; `place` is how messages call it."""

    @property
    def place(self) -> str: ...

    def snapshot(self) -> Lookup:
        """What the place holds now. May block; `ProviderAway` (here or in the lookup) if it cannot be read."""
        ...


class Env:
    """`NAME`, or the content of the file that `NAME_FILE` points at, as Kubernetes and Docker mount them."""

    place = "env provider"

    def snapshot(self) -> Lookup:
        return env_value


def env_value(name: str) -> str | None:
    """A file that is not there is a secret that is not set: it may be mounted later."""
    value, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value and path:
        raise ProviderAway(f"{name} and {name}_FILE are both set; keep one of them")
    return _content(f"{name}_FILE", Path(path)) if path else value or None


def _content(name: str, path: Path) -> str | None:
    try:
        return path.read_text().rstrip("\r\n") or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProviderAway(f"{name} names a file that cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ProviderAway(f"{name} names a file that is not text") from None


class Dotenv:
    """`.env` in the working directory; values are taken as they are written."""

    place = "dotenv provider"

    def snapshot(self) -> Lookup:
        try:
            return dotenv_values(Path(".env"), interpolate=False).get
        except (OSError, UnicodeDecodeError) as error:
            raise ProviderAway(f".env cannot be read: {type(error).__name__}") from None


def chosen(app: AppSettings) -> Provider:
    """The provider that `SECRETS_PROVIDER` names."""
    if app.secrets_provider == "vault":
        from hub.core.secrets.vault import Vault  # its client is loaded by those who use it

        return Vault(app.vault_addr, app.vault_mount, app.vault_path)
    return Dotenv() if app.secrets_provider == "dotenv" else Env()
