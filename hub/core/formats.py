"""How the value of a setting must be written; `ValueError` says how."""

import re
from zoneinfo import ZoneInfo

from hub.core import addresses
from strategies.hours import DEFAULT_MARKET_TZ, spans


def postgres(dsn: str) -> str:
    """`postgresql+psycopg://` is accepted and means `postgresql://`."""
    dsn = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", dsn)
    if not re.match(r"^postgresql://[^/]*/\w+", dsn):
        raise ValueError("must look like postgresql://user:password@host:5432/database")
    return dsn


def redis(url: str) -> str:
    """A Redis URL."""
    if not re.match(r"^(rediss?|unix)://", url):
        raise ValueError("must look like redis://host:6379/0")
    return url


def bus(url: str) -> str:
    """A Redis URL, or some nodes of a Redis Cluster."""
    if not clustered(url):
        return redis(url)
    if not re.match(r"^rediss?-cluster://([^/?#]*@)?[^/@,\s]+:\d+(,[^/@,\s]+:\d+)*/?$", url):
        raise ValueError("must look like redis-cluster://host:6379,host:6379")
    return url


def clustered(url: str) -> bool:
    """Whether it names a Redis Cluster."""
    return re.match(r"^rediss?-cluster:", url) is not None


def zone(name: str) -> str:
    """A time zone of the IANA database."""
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"{name!r} is no time zone; write an IANA name, such as {DEFAULT_MARKET_TZ}"
        ) from None


def windows(text: str) -> str:
    """Spans of the week, as `strategies.hours` reads them."""
    try:
        spans(text)
    except ValueError as error:
        how = '"Fri 17:00-Sun 17:00", or "16:55-18:00" for every day, and ";" between several'
        raise ValueError(f"{error}; write {how}") from None
    return text


def http(url: str) -> str:
    """The address of a server that speaks HTTP."""
    if not re.match(r"^https?://[^/]", url):
        raise ValueError("must look like http://collector:4318")
    return url


def private(url: str) -> str:
    """The origin of a server that secrets are sent to: over TLS, or on this machine."""
    if not re.match(r"^(https://[^/@?#\s]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?)/?$", url):
        raise ValueError("must look like https://host; http only on this machine")
    return url.rstrip("/")


def redact(url: str) -> str:
    """A DSN or URL without its password."""
    return re.sub(r"(://[^:/@]*):[^/?#]*@", r"\1:***@", url)


def roles(value: object) -> object:
    """`owner,admin`, or nothing for nobody."""
    return tuple(filter(None, value.replace(" ", "").split(","))) if isinstance(value, str) else value


def networks(text: str) -> str:
    """Networks in CIDR notation, `10.0.0.0/8, 2001:db8::/32`."""
    addresses.networks(text)
    return text
