"""W3C Trace Context, level 1: the `traceparent` header with which a hub goes on with a caller's trace."""

import hashlib
import secrets

from caerus_client.spool import Item


def traceparent(trace_id: str) -> str:
    """One attempt of the trace `trace_id` (32 hex digits): 55 characters, with a span id of its own, sampled."""
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"


def trace_id(item: Item) -> str:
    """The trace of a spooled item: the same for each attempt, also by another process after a restart.

    The first 16 bytes of a SHA-256 over what makes the item this one; where it came from cannot be read from it.
    """
    text = f"{item.kind}\n{item.key}\n{item.id}\n{item.put_at!r}"
    return hashlib.sha256(text.encode() + item.body).hexdigest()[:32]
