"""Who takes part in a replay, and how a process is told."""

from uuid import UUID

from msgspec import Struct

from hub.core.principal import Principal
from hub.core.resources import Resources
from hub.core.secrets import Secrets
from hub.core.settings import AppSettings, ClientSettings
from hub.core.web import Visitor
from hub.identity.users import service as users
from hub.money.quotas import service as quotas
from hub.trading.accounts import service as accounts
from hub.trading.accounts.models import LinkIn
from hub.trading.devices import service as devices
from hub.trading.producers import service as producers

PRODUCER, SERVER = "replay", "Replayed"
EMAIL, PASSWORD = "replay@caerus.example", "replayed, not traded"


class Identities(Struct, frozen=True):
    """One user with a device, and one producer. A process that was told by its environment knows no `user_id`."""

    base_url: str
    producer_secret: str
    device_id: str
    device_secret: str
    user_id: UUID | None = None

    def environment(self) -> dict[str, str]:
        """For a child process; secrets never go on a command line."""
        return {
            "API_BASE": self.base_url,
            "HMAC_PRODUCER_SECRET": self.producer_secret,
            "DEVICE_ID": self.device_id,
            "DEVICE_SECRET": self.device_secret,
        }


def from_environment() -> Identities:
    """The other end of `environment`."""
    client, secrets = ClientSettings(), Secrets(AppSettings())
    return Identities(
        client.api_base,
        secrets.get("HMAC_PRODUCER_SECRET"),
        client.device_id,
        secrets.get("DEVICE_SECRET"),
    )


class Companion(Struct, frozen=True):
    """Somebody else who takes part. `login`: of their account; without it they have none, and no terminal."""

    email: str
    user_id: UUID
    device_id: str = ""
    device_secret: str = ""
    login: str = ""


async def accompany(res: Resources, name: str, *, account: str = "") -> Companion:
    """Register one more person, with a device and (by its `account` number) a linked account, or with neither."""
    email = f"{name}@caerus.example"
    user = await users.ensure(res, email, PASSWORD, "user")
    who = Principal("user", str(user.id), user.id, "user")
    await quotas.set_plan(res, user.id, "enterprise", who, Visitor())
    if not account:
        return Companion(email, user.id)
    device = await devices.ensure(res, who, "Simulated terminal")
    await link(res, who, account)
    return Companion(email, user.id, str(device.device_id), device.device_secret, account)


async def link(res: Resources, who: Principal, login: str) -> None:
    """An account at the simulated broker; its first snapshot proves it."""
    await accounts.link(res, who, LinkIn("Simulated broker", SERVER, login, "Replayed"), Visitor())


async def prepare(res: Resources, base_url: str, *, account: str = "") -> Identities:
    """Register everybody, once; with the number of an account it is linked."""
    user = await users.ensure(res, EMAIL, PASSWORD, "user")
    who = Principal("user", str(user.id), user.id, "user")
    await quotas.set_plan(res, user.id, "enterprise", who, Visitor())
    device = await devices.ensure(res, who, "Simulated terminal")
    if account:
        await link(res, who, account)
    secret = await producers.ensure(res, PRODUCER)
    return Identities(base_url, secret, str(device.device_id), device.device_secret, user.id)
