"""Letters: to the mail server of `SMTP_URL` (`core/smtp`), or in development without one into files.

Every other environment refuses to start its worker without a mail server and without `PUBLIC_URL`.
"""

import asyncio
import os
import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid, parseaddr
from pathlib import Path

from prometheus_client import Counter

from hub.core import clock
from hub.core.ids import uuid7
from hub.core.resources import Resources
from hub.core.secrets import MissingSecret, Secrets
from hub.core.settings import Settings
from hub.core.smtp import NotSent, Refused, Server, deliver, parse

__all__ = ["MailNotSetUp", "NotSent", "Refused", "check", "compose", "link", "send"]

_letters = Counter("mail_letters_total", "Letters, by what became of them", ["result"])
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_MAILBOX = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@([\w-]+(?:\.[\w-]+)*)", re.ASCII)
"""RFC 5322, 3.4.1, without quotes, comments and what is obsolete."""


class MailNotSetUp(Exception):
    """Letters could not be sent from here; the message says what to set."""


def check(settings: Settings, secrets: Secrets) -> None:
    """`MailNotSetUp` where letters could not leave, or their links would lead nowhere."""
    _server(settings, secrets)
    sender = settings.mail.sender
    if "@" not in parseaddr(sender)[1] or _CONTROL.search(sender):
        raise MailNotSetUp("MAIL_FROM must look like Caerus <no-reply@caerus.example>.")
    if settings.app.env != "development" and not settings.mail.links:
        raise MailNotSetUp("Set PUBLIC_URL (https://...): the links in letters begin with it.")


def _server(settings: Settings, secrets: Secrets) -> Server | None:
    """The mail server; None in development without one."""
    env = settings.app.env
    try:
        return parse(secrets.get("SMTP_URL"))
    except MissingSecret:
        if env == "development":
            return None
        raise MailNotSetUp(
            f"Set SMTP_URL (smtp://user:password@host:587): with APP_ENV={env} letters leave by it."
        ) from None
    except ValueError:
        raise MailNotSetUp("SMTP_URL must look like smtp://user:password@host:587, or smtps://.") from None


def link(settings: Settings, path: str) -> str:
    """The address of a page of ours, for a letter."""
    base = settings.mail.links or f"http://{settings.serve.host}:{settings.serve.port}"
    return base.rstrip("/") + path


async def send(res: Resources, to: str, subject: str, text: str) -> None:
    """Hand one plain-text letter over; `NotSent` when it may go later, `Refused` when it never will."""
    try:
        await _send(res, to, subject, text)
    except (NotSent, Refused) as error:
        _letters.labels("delayed" if isinstance(error, NotSent) else "refused").inc()
        raise
    _letters.labels("sent").inc()


async def _send(res: Resources, to: str, subject: str, text: str) -> None:
    sender = res.settings.mail.sender
    message = compose(sender, to, subject, text)
    server = _server(res.settings, res.secrets)
    if server is None:
        await asyncio.to_thread(_write, res.settings.app.home / "mail", message)
    else:
        await deliver(server, message, to, _domain(sender))


def compose(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """A letter as RFC 5322 has it; `Refused` for an address or a subject that could be more than one."""
    if _CONTROL.search(subject):
        raise Refused("A subject is one line.")
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = _address(to)
    message["Subject"] = subject
    message["Date"] = clock.now()
    message["Message-ID"] = make_msgid(domain=_domain(sender))
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no automatic answer, please
    # Lines stay as they are: a link is one piece, also for who reads the file.
    message.set_content(text, cte="7bit" if text.isascii() else "quoted-printable")
    return message


def _address(text: str) -> Address:
    """One mailbox and nothing else: a list or a comment would reach somebody else."""
    mailbox = _MAILBOX.fullmatch(text)
    if mailbox is None:
        raise Refused("No letter reaches this address.")
    return Address(username=mailbox[1], domain=mailbox[2])


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2]


def _write(folder: Path, message: EmailMessage) -> None:
    """Whole or not at all, and for nobody else to read."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{uuid7()}.eml"
    unfinished = path.with_suffix(".part")
    with open(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        file.write(message.as_bytes())
    unfinished.rename(path)
