"""What `caerus keys show` says, a line a key."""

import asyncio
from collections.abc import Iterator

from msgspec import Struct

from hub.core import clock
from hub.core.db import open_db
from hub.core.secrets import Secrets
from hub.core.security.device_keys import Masters, masters_of
from hub.core.security.keyring import ring_of
from hub.core.servers import NoServers, endpoints
from hub.core.settings import Settings
from hub.trading.devices import service as devices
from hub.trading.producers import service as producers


class Users(Struct, frozen=True):
    """How many devices and producers have keys from each KDF secret; None: rows without an id."""

    devices: dict[str | None, int]
    producers: dict[str | None, int]

    def of(self, *ids: str | None) -> str:
        counts = [sum(found.get(id, 0) for id in ids) for found in (self.devices, self.producers)]
        return "{} devices, {} producers".format(*counts)


def lines(settings: Settings) -> Iterator[str]:
    """The keys that the secrets of this environment hold, and those that rows name and nobody holds."""
    secrets = Secrets(settings.app)
    ring = ring_of(secrets, settings.security.jwt_access_seconds)
    for key in ring.at(clock.now().timestamp()):
        yield f"jwt  {key.state:8}  {key.kid}"
    masters, users = masters_of(secrets), _users(settings, secrets)
    for id, state in _states(masters, users).items():
        yield f"kdf  {state:8}  {id}" + (f"  {_used(masters, users, id)}" if users else "")


def _states(masters: Masters, users: Users | None) -> dict[str, str]:
    states = dict.fromkeys(masters.ids, "previous") | {masters.current[0]: "current"}
    named = users.devices.keys() | users.producers.keys() if users else set()
    return states | dict.fromkeys(sorted(id for id in named if id and id not in states), "missing")


def _used(masters: Masters, users: Users, id: str) -> str:
    return users.of(id, None) if id == masters.ids[-1] else users.of(id)


def _users(settings: Settings, secrets: Secrets) -> Users | None:
    """None where there is no database to ask."""
    try:
        dsn = endpoints(settings).dsn
    except NoServers:
        return None

    async def count() -> Users:
        db = await open_db(settings.db, dsn, secrets)
        try:
            return Users(await devices.kdf_users(db), await producers.kdf_users(db))
        finally:
            await db.close()

    return asyncio.run(count())
