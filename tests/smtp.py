"""A real SMTP server on loopback, and certificates for it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct

NOT_LOOPBACK = "0.0.0.0"
"""Leads to this machine, but nothing in it says so."""


class Taken(Struct, frozen=True):
    """A letter as the server got it."""

    recipients: list[str]
    raw: bytes
    encrypted: bool
    user: str | None

    @property
    def message(self) -> EmailMessage:
        return parsed(self.raw)


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


class Sink:
    """What the server does; `answers` are by recipient."""

    def __init__(self) -> None:
        self.port = 0
        self.taken: list[Taken] = []
        self.rcpt: dict[str, str] = {}
        self.data = "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt.get(address, "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data.startswith("250"):
            assert isinstance(envelope.content, bytes)
            user = session.auth_data.decode() if session.auth_data else None
            encrypted = session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None
            self.taken.append(Taken(envelope.rcpt_tos, envelope.content, encrypted, user))
        return self.data


@asynccontextmanager
async def sink(
    *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None, **options: Any
) -> AsyncIterator[Sink]:
    """Listening on `port`, or wherever there is room. `tls`: from the first byte."""
    handler, loop = Sink(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, loop=loop, enable_SMTPUTF8=True, **options), host, port, ssl=tls
    )
    handler.port = server.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        server.close()
        await server.wait_closed()


def only(name: str, password: str) -> Any:
    """An authenticator that knows one account."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        fits = given == LoginPassword(name.encode(), password.encode())
        return AuthResult(success=fits, handled=False, auth_data=given.login if fits else None)

    return check


def certificate(folder: Path) -> Path:
    """A self-signed certificate and its key for loopback and `NOT_LOOPBACK`, in one PEM file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    addresses = [x509.IPAddress(IPv4Address(each)) for each in ("127.0.0.1", NOT_LOOPBACK)]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "mail.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


def context(pem: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(pem)
    return made
