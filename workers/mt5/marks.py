"""An order's idempotency key as the broker keeps it: in the comment and in the magic number.

A comment holds 31 characters and brokers cut or replace it; a magic number stays. Either is proof:
63 and 96 bits of the key's SHA-256. A command of the hub's is in the comment by its own id, as the hub looks for it in
the broker's books: 22 letters, and nothing more.
"""

import base64
import re
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from msgspec.structs import replace

from workers.mt5.models import Deal, Order, OrderRequest, Position

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SHORT = 22


class Mark(NamedTuple):
    comment: str
    magic: int

    def on(self, record: Order | Deal | Position) -> bool:
        """Whether the broker's record carries it."""
        return record.magic == self.magic or record.comment.startswith(self.comment)


def mark_of(key: str) -> Mark:
    digest = sha256(key.encode()).digest()
    magic = int.from_bytes(digest[12:20]) >> 1 | 1
    if _ID.fullmatch(key):
        return Mark(base64.urlsafe_b64encode(UUID(key).bytes).decode().rstrip("="), magic)
    return Mark(f"c-{base64.urlsafe_b64encode(digest[:12]).decode()}", magic)


def marked(request: OrderRequest, key: str, attempt: int) -> OrderRequest:
    """The request as it is sent; the comment also says which attempt it is, but for a command's."""
    mark = mark_of(key)
    return replace(request, comment=attempted(mark, attempt), magic=mark.magic)


def attempted(mark: Mark, attempt: int) -> str:
    return f"{mark.comment}.{attempt}" if tells_attempts(mark) else mark.comment


def tells_attempts(mark: Mark) -> bool:
    """Whether the comment tells one attempt from another."""
    return len(mark.comment) < _SHORT
