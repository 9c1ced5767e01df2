"""Vault: one document of a KV v2 engine holds every secret, a field each."""

from typing import Any

import hvac
from hvac.exceptions import Forbidden, InvalidPath, VaultDown, VaultError
from requests.exceptions import RequestException

from hub.core.secrets.errors import ProviderAway
from hub.core.secrets.providers import Lookup, env_value

_TIMEOUT_SECONDS = 5.0


class Vault:
    """Reads `{mount}/{path}` at `addr` with the token of the moment: `VAULT_TOKEN` or `VAULT_TOKEN_FILE`."""

    def __init__(self, addr: str, mount: str, path: str, *, timeout: float = _TIMEOUT_SECONDS) -> None:
        self._addr, self._mount, self._path, self._timeout = addr, mount, path, timeout
        self.place = f"vault provider, {mount}/{path}"

    def snapshot(self) -> Lookup:
        """The newest version of the document; blocks for `timeout` seconds and more at the worst."""
        try:
            answer = self._read()
            fields = answer["data"]["data"]
            return {name: str(value) for name, value in fields.items() if value not in (None, "")}.get
        except (VaultError, RequestException, UnicodeError) as error:
            raise ProviderAway(_reason(error)) from None
        except (KeyError, TypeError, AttributeError):
            raise ProviderAway("the answer is not that of a KV v2 engine; look at VAULT_MOUNT") from None

    def _read(self) -> Any:
        client = hvac.Client(self._addr, self._token(), timeout=self._timeout)
        try:
            return client.secrets.kv.v2.read_secret_version(
                self._path, mount_point=self._mount, raise_on_deleted_version=True
            )
        finally:
            client.adapter.close()

    def _token(self) -> str:
        if token := env_value("VAULT_TOKEN"):
            return token
        raise ProviderAway("set VAULT_TOKEN or VAULT_TOKEN_FILE")


def _reason(error: Exception) -> str:
    """Our own words: a client's message may quote what it was sent."""
    if isinstance(error, Forbidden):
        return "Vault refuses the token"
    if isinstance(error, InvalidPath):
        return "Vault has nothing there"
    if isinstance(error, VaultDown):
        return "Vault is sealed or down"
    return f"Vault cannot be reached ({type(error).__name__})"
