"""The demo's people, device and producer: made once, found again, written to `demo.json` (0600)."""

import base64
import hmac
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.core.principal import Principal
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.users import service as users
from hub.trading.accounts import service as accounts
from hub.trading.accounts.models import LinkIn
from hub.trading.devices import service as devices
from hub.trading.producers import service as producers

PRODUCER = "fib-rsi-gold"
ACCOUNT = LinkIn("Simulated broker", "Caerus-Demo", "1000001", "Replayed candles, no money")
"""The demo terminal's; its first snapshot proves it."""


class SignIn(Struct, frozen=True):
    email: str
    password: str


class Key(Struct, frozen=True):
    id: str
    secret: str


class Demo(Struct, frozen=True):
    """What somebody needs to try everything."""

    base_url: str
    ops_url: str
    owner: SignIn
    user: SignIn
    device: Key
    producer: Key


async def prepare(res: Resources, base_url: str, ops_url: str) -> Demo:
    """Everything the demo needs, whether it is there or not."""
    owner = SignIn("owner@caerus.example", _password(res, "owner"))
    user = SignIn("trader@caerus.example", _password(res, "trader"))
    await users.ensure(res, owner.email, owner.password, "owner")
    person = await users.ensure(res, user.email, user.password, "user")
    who = Principal("user", str(person.id), person.id, "user")
    device = await devices.ensure(res, who, "Demo terminal")
    await _link(res, who)
    secret = await producers.ensure(res, PRODUCER)
    return Demo(
        base_url,
        ops_url,
        owner,
        user,
        Key(str(device.device_id), device.device_secret),
        Key(PRODUCER, secret),
    )


async def _link(res: Resources, who: Principal) -> None:
    """The demo account, unless the person has linked one. Who unlinks it has it again at the next start."""
    if not (await accounts.listed(res, who)).items:
        await accounts.link(res, who, ACCOUNT, Visitor(None, ""))


def _password(res: Resources, name: str) -> str:
    """Derived from this home's own secret: the same at every start, different on every machine."""
    digest = hmac.digest(res.secrets.get("DEMO_SEED").encode(), name.encode(), "sha256")
    return base64.b32encode(digest[:10]).decode().lower()


def write(demo: Demo, path: Path) -> None:
    """Whole or not at all: whoever waits for the file may read it the moment it is there."""
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(demo), indent=2) + b"\n")
    unfinished.replace(path)
