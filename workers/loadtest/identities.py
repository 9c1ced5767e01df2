"""Who takes part in a load test: written on the hub's side, read where the load comes from."""

import asyncio
import os
import secrets
import stat
import time
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.core.ids import uuid7
from hub.core.principal import Principal
from hub.core.resources import Resources
from hub.core.security.tokens import Proof
from hub.core.settings import Settings
from hub.core.web import Visitor
from hub.identity.users import service as users
from hub.identity.users.models import User
from hub.money.quotas import service as quotas
from hub.trading.approvals.rules import CONSENT
from hub.trading.devices import service as devices
from hub.trading.producers import service as producers

PRODUCER = "loadtest"
_AT_ONCE = 16


class BadIdentities(Exception):
    """The file cannot be used; the message says why."""


class Device(Struct, frozen=True):
    id: str
    secret: str


class Identities(Struct, frozen=True):
    """`tokens` are access tokens of as many people; the devices are the first one's."""

    tokens: list[str]
    devices: list[Device]
    producer: str
    producer_secret: str
    consent_version: str
    expires_at: float

    def token(self, number: int) -> str:
        return self.tokens[number % len(self.tokens)]

    def write(self, file: Path) -> None:
        """For the owner of the file alone."""
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(handle, 0o600)
        with open(handle, "wb") as out:
            out.write(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")

    @classmethod
    def read(cls, file: Path) -> "Identities":
        """`BadIdentities` if others may read it, or the tokens are over."""
        try:
            mode, raw = stat.S_IMODE(file.stat().st_mode), file.read_bytes()
            found = msgspec.json.decode(raw, type=cls)
        except (OSError, msgspec.DecodeError) as error:
            raise BadIdentities(f"{file} cannot be read: {error}") from None
        if mode & 0o077:
            raise BadIdentities(f"{file} holds secrets and others may read it; chmod 600 {file}")
        if found.expires_at < time.time():
            raise BadIdentities(f"The tokens in {file} are over; run `caerus loadtest prepare` again.")
        return found


def cheap(settings: Settings) -> Settings:
    """Passwords and device keys here are random, so that they need no slow hash."""
    security = settings.security.model_copy(update={"argon2_memory_kib": 8_192})
    return settings.model_copy(update={"security": security})


async def prepare(res: Resources, people: int, terminals: int) -> Identities:
    """Register everybody who is not registered yet, and sign everybody in. Open `res` with `cheap` settings."""
    tokens: list[str] = []
    for start in range(0, people, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, people))
        tokens += await asyncio.gather(*(_token(res, number) for number in numbers))
    return Identities(
        tokens,
        await _devices(res, terminals),
        PRODUCER,
        await producers.ensure(res, PRODUCER),
        CONSENT.version,
        time.time() + res.settings.security.jwt_access_seconds,
    )


async def _person(res: Resources, number: int) -> User:
    return await users.ensure(res, f"loadtest-{number}@caerus.example", secrets.token_urlsafe(24), "user")


async def _token(res: Resources, number: int) -> str:
    user = await _person(res, number)
    return res.tokens.mint(user.id, "user", Proof(uuid7(), "web", ("pwd",), time.time()))


async def _devices(res: Resources, count: int) -> list[Device]:
    owner = await _person(res, 0)
    who = Principal("user", str(owner.id), owner.id, "user")
    await quotas.set_plan(res, owner.id, "enterprise", who, Visitor())
    made = [await devices.ensure(res, who, f"loadtest {number}") for number in range(count)]
    return [Device(str(each.device_id), each.device_secret) for each in made]
