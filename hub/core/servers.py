"""Where PostgreSQL and Redis are for this process: named in the environment, or embedded and running."""

from hub.core.embedded import Endpoints, running
from hub.core.settings import Settings


class NoServers(Exception):
    """Neither named nor running; the message says what to do."""


def endpoints(settings: Settings) -> Endpoints:
    """`DB_DSN` and `REDIS_URL` when both are set, else the servers `caerus up` runs on this home."""
    dsn, url = settings.db.dsn, settings.redis.url
    if dsn and url:
        owner = settings.db.owner_dsn or dsn
        return Endpoints(dsn, owner, owner, url)
    if dsn or url:
        raise NoServers("Set both DB_DSN and REDIS_URL, or neither.")
    found = running(settings.app.home.resolve())
    if found is None:
        raise NoServers("Nothing runs here. Start `caerus up`, or set DB_DSN and REDIS_URL.")
    return found
