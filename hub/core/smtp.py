"""The mail server of `SMTP_URL`, and how a letter is handed to it.

`smtp://user:password@host:587` turns to TLS by STARTTLS, without which nothing is sent unless the server is on
this machine; `smtps://user:password@host:465` begins with TLS.
"""

import asyncio
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
from msgspec import Struct

_SECONDS = 40
"""For one letter; less than a job may take."""

_PORTS = {"smtp": 587, "smtps": 465}


class NotSent(Exception):
    """The mail server does not take it now; later it may."""


class Refused(Exception):
    """No mail server will ever take this letter."""


class Server(Struct, frozen=True):
    """Where letters go. `tls`: from the first byte."""

    host: str
    port: int
    login: tuple[str, str] | None
    tls: bool

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port})"

    @property
    def here(self) -> bool:
        """On this machine, where nobody listens on the way."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def options(self) -> dict[str, Any]:
        """For `aiosmtplib.send`. `start_tls` None means: when offered."""
        username, password = self.login or (None, None)
        return {
            "hostname": self.host,
            "port": self.port,
            "username": username,
            "password": password,
            "use_tls": self.tls,
            "start_tls": False if self.tls else None if self.here else True,
            "validate_certs": not self.here,
        }


def parse(url: str) -> Server:
    """ValueError, without a word of the URL, when it is none of ours."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
        login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    except (ValueError, KeyError):
        raise ValueError("not a mail server's URL") from None
    if not parts.hostname or parts.scheme not in _PORTS:
        raise ValueError("not a mail server's URL")
    return Server(parts.hostname, port, login, parts.scheme == "smtps")


async def deliver(server: Server, message: EmailMessage, to: str, name: str) -> None:
    """Hand a letter over, as `name`; `NotSent` or `Refused`."""
    try:
        async with asyncio.timeout(_SECONDS):
            await aiosmtplib.send(
                message, recipients=[to], local_hostname=name, timeout=_SECONDS / 2, **server.options()
            )
    except (aiosmtplib.SMTPException, OSError) as error:
        # Not in the server's own words: they may hold the address.
        why = f"{type(error).__name__} {getattr(error, 'code', '')}".strip()
        raise (Refused if _is_final(error) else NotSent)(why) from None


def _is_final(error: Exception) -> bool:
    """5xx for this mailbox or this text (RFC 5321, 4.2.1); a refused sign-in or sender is ours to mend."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(each.code >= 500 for each in error.recipients)
    return isinstance(error, aiosmtplib.SMTPDataError) and error.code >= 500
