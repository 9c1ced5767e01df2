"""The signed requests of producers and devices: one canonical string, HMAC-SHA256, base64.

Six lines joined by a newline: method, path with query exactly as sent, lower-case hex SHA-256 of
the raw body, id, nonce (empty if a producer sent none), timestamp. Everything that can be wrong is
refused with one text, so that a caller learns nothing from the refusal.
"""

import hmac
from datetime import datetime, timedelta

from caerus_client.errors import UnsignableText
from caerus_client.signing import canonical, sign
from msgspec import Struct
from starlette.requests import Request

from hub.core import clock
from hub.core.problems import Unauthenticated

_MAX_NONCE = 128


class Signed(Struct, frozen=True):
    """The headers of a signed request, and the string they sign."""

    id: str
    nonce: str
    timestamp: str
    signature: str
    canonical: bytes

    @property
    def nonce_key(self) -> str:
        """Where it is noted in Redis that the nonce was used: a nonce is its sender's own."""
        return f"caerus:nonce:{self.id}:{self.nonce}"

    def skew(self) -> timedelta:
        """How far the signer's clock is behind ours; `ValueError` or `TypeError` if it signed no time."""
        return clock.now() - datetime.fromisoformat(self.timestamp)


def is_unsigned(request: Request) -> bool:
    """Whether it carries no signature at all; an empty one is one that is wrong."""
    return "x-signature" not in request.headers


async def read(request: Request, id_header: str, *, nonce_required: bool) -> Signed:
    """The signed parts of a request; `Unauthenticated` when one is missing."""
    headers = request.headers
    id, nonce = headers.get(id_header, ""), headers.get("x-nonce", "")
    timestamp, signature = headers.get("x-timestamp", ""), headers.get("x-signature", "")
    if not (id and timestamp and signature) or (nonce_required and not nonce) or len(nonce) > _MAX_NONCE:
        raise Unauthenticated
    path = request.scope["raw_path"].decode("latin-1")
    if query := request.scope["query_string"]:
        path += "?" + query.decode("latin-1")
    try:
        text = canonical(request.method, path, await request.body(), id, nonce, timestamp)
    except UnsignableText:
        raise Unauthenticated from None
    return Signed(id, nonce, timestamp, signature, text)


def once(request: Request, signed: Signed) -> None:
    """What is proven is let in once: its nonce is claimed when the request is counted (`core/admission`)."""
    request.scope["caerus.nonce"] = signed.nonce_key


def check(signed: Signed, key: bytes, *, skew: int) -> None:
    """Signature and freshness (`skew` in seconds), or `Unauthenticated`."""
    fits = hmac.compare_digest(sign(key, signed.canonical).encode(), signed.signature.encode())
    try:
        fresh = abs(signed.skew()) <= timedelta(seconds=skew)
    except (ValueError, TypeError):
        fresh = False
    if not (fits and fresh):
        raise Unauthenticated
