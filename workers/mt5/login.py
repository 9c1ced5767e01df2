"""Who logs in: read from the secret provider for each login, and kept nowhere."""

import re

from hub.core.secrets import BadSecret, Secrets
from hub.trading.accounts.gateways import Place
from workers.mt5.errors import OtherAccount
from workers.mt5.models import AccountInfo, Credentials

_LOGIN, _SERVER = re.compile(r"[1-9][0-9]{0,18}"), re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")


def sure_of_account(found: AccountInfo, place: Place) -> None:
    """`OtherAccount` if the terminal shows another than it was logged in to."""
    if (found.server.lower(), str(found.login)) != (place.server.lower(), place.login):
        raise OtherAccount("the terminal shows another account than it was logged in to")


class Login:
    """`MT5_LOGIN`, `MT5_PASSWORD`, `MT5_SERVER`, `MT5_PATH`; with a name `MT5_NAME_LOGIN` and so on.

    A new password needs no restart. Another account does: what is known of orders belongs to the first.
    """

    def __init__(self, secrets: Secrets, name: str = "") -> None:
        self.name = name or "main"
        self._secrets, self._prefix = secrets, f"MT5_{name.upper()}_" if name else "MT5_"
        self._account: tuple[int, str] | None = None

    async def place(self) -> Place:
        """The account. Raises as `credentials`."""
        given = await self.credentials()
        return Place(given.server, str(given.login))

    async def credentials(self) -> Credentials:
        """`MissingSecret` or `BadSecret` name what is wrong, and not its value."""
        # read anew off the event loop first, so that what follows does not block on the provider
        await self._secrets.refresh(older_than=1)
        login, server = self._get("LOGIN"), self._get("SERVER")
        if not _LOGIN.fullmatch(login):
            raise BadSecret(f"{self._prefix}LOGIN must be the account's number")
        if not _SERVER.fullmatch(server):
            raise BadSecret(f"{self._prefix}SERVER must be the broker's name for its server")
        self._account = self._account or (int(login), server)
        if self._account != (int(login), server):
            raise BadSecret(
                f"{self._prefix}LOGIN and {self._prefix}SERVER name another account: restart for it"
            )
        path = self._secrets.find(f"{self._prefix}PATH") or ""
        return Credentials(int(login), self._get("PASSWORD"), server, path)

    def _get(self, name: str) -> str:
        return self._secrets.get(self._prefix + name)
