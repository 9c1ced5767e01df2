"""Which device an account executes as: none, unless its secrets are set."""

import re
from collections.abc import Callable
from ipaddress import ip_address

from caerus_client.keys import decode_secret
from caerus_client.transport import origin
from yarl import URL

from hub.core.secrets import BadSecret, Secrets
from workers.mt5.errors import NoGateway

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class DeviceKey:
    """`MT5_DEVICE_ID` and `MT5_DEVICE_SECRET`; with a name `MT5_NAME_DEVICE_ID` and so on.

    A new secret needs no restart. Another device does: what was begun belongs to the first.
    """

    def __init__(self, secrets: Secrets, prefix: str, id: str, hub: str) -> None:
        self.id, self.hub = id, hub
        self._secrets, self._name = secrets, f"{prefix}DEVICE_SECRET"

    def secret(self) -> str:
        """As registration showed it. `MissingSecret`, `BadSecret`."""
        shown = self._secrets.get(self._name)
        try:
            decode_secret(shown)
        except ValueError:
            raise BadSecret(f"{self._name} is not what registration showed: 43 letters and digits") from None
        return shown

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call back when the secret is another one."""
        self._secrets.on_change(self._name, callback)

    def __repr__(self) -> str:
        return f"<device {self.id}>"


def device_of(secrets: Secrets, name: str, hub_url: str) -> DeviceKey | None:
    """Of the account of that name; None if it is not to execute. `NoGateway` says what to mend."""
    prefix = f"MT5_{name.upper()}_" if name else "MT5_"
    id, secret = (secrets.find(f"{prefix}{what}") for what in ("DEVICE_ID", "DEVICE_SECRET"))
    if not id and not secret:
        return None
    if not (id and secret):
        missing = "DEVICE_SECRET" if id else "DEVICE_ID"
        raise NoGateway(f"{prefix}{missing} is not set: an account executes with both, or with neither.")
    if not hub_url:
        raise NoGateway(f"Set MT5_HUB_URL: {prefix}DEVICE_ID is set, and executes what that hub says.")
    key = DeviceKey(secrets, prefix, _id(prefix, id), checked_hub(hub_url))
    try:
        key.secret()
    except BadSecret as error:
        raise NoGateway(f"{error}.") from None
    return key


def _id(prefix: str, given: str) -> str:
    if not _UUID.fullmatch(given.lower()):
        raise NoGateway(f"{prefix}DEVICE_ID is not what registration showed.")
    return given.lower()


def checked_hub(url: str) -> str:
    """Its origin. Over plain http nothing goes but to this machine."""
    try:
        found = origin(url)
    except ValueError:
        found = ""
    # a password in an address would be lost on the way, and be in every error
    if not found or URL(url).user or (URL(found).scheme != "https" and not _is_here(URL(found).host or "")):
        raise NoGateway("MT5_HUB_URL must be https://host[:port]; plain http only to this machine.")
    return found


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
