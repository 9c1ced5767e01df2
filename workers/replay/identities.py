"""Who takes part in a replay, and how a process is told."""

from msgspec import Struct

from hub.core.principal import Principal
from hub.core.resources import Resources
from hub.core.secrets import Secrets
from hub.core.settings import AppSettings, ClientSettings
from hub.core.web import Visitor
from hub.identity.users import service as users
from hub.money.quotas import service as quotas
from hub.trading.devices import service as devices
from hub.trading.producers import service as producers

PRODUCER = "replay"
EMAIL, PASSWORD = "replay@caerus.example", "replayed, not traded"


class Identities(Struct, frozen=True):
    """One user with a device, and one producer."""

    base_url: str
    producer_secret: str
    device_id: str
    device_secret: str

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
        client.api_base, secrets.get("HMAC_PRODUCER_SECRET"), client.device_id, secrets.get("DEVICE_SECRET")
    )


async def prepare(res: Resources, base_url: str) -> Identities:
    """Register everybody, once."""
    user = await users.ensure(res, EMAIL, PASSWORD, "user")
    who = Principal("user", str(user.id), user.id, "user")
    await quotas.set_plan(res, user.id, "enterprise", who, Visitor())
    device = await devices.ensure(res, who, "Simulated terminal")
    secret = await producers.ensure(res, PRODUCER)
    return Identities(base_url, secret, str(device.device_id), device.device_secret)
