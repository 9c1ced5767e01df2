"""An order's idempotency key as the broker keeps it: in the comment and in the magic number.

A comment holds 31 characters and brokers cut or replace it; a magic number stays. Either is proof:
63 and 96 bits of the key's SHA-256.
"""

import base64
from hashlib import sha256
from typing import NamedTuple

from msgspec.structs import replace

from workers.mt5.models import Deal, Order, OrderRequest, Position


class Mark(NamedTuple):
    comment: str
    magic: int

    def on(self, record: Order | Deal | Position) -> bool:
        """Whether the broker's record carries it."""
        return record.magic == self.magic or record.comment.startswith(self.comment)


def mark_of(key: str) -> Mark:
    digest = sha256(key.encode()).digest()
    text = base64.urlsafe_b64encode(digest[:12]).decode()
    return Mark(f"c-{text}", int.from_bytes(digest[12:20]) >> 1 | 1)


def marked(request: OrderRequest, key: str, attempt: int) -> OrderRequest:
    """The request as it is sent; the comment also says which attempt it is."""
    mark = mark_of(key)
    return replace(request, comment=attempted(mark, attempt), magic=mark.magic)


def attempted(mark: Mark, attempt: int) -> str:
    return f"{mark.comment}.{attempt}"
