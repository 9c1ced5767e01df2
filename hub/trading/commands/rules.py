"""How a command is known again in a broker's books and in traces; no state, no I/O."""

import base64
import re
from uuid import UUID

_SHORT = re.compile(r"[A-Za-z0-9_-]{22}")


def command_in(comment: str) -> UUID | None:
    """The id in a comment: as text, as 32 hex digits, or (MetaTrader cuts after 31) as 22 of base64url."""
    text = comment.strip()
    try:
        if _SHORT.fullmatch(text):
            return UUID(bytes=base64.urlsafe_b64decode(text + "=="))
        return UUID(text) if len(text) in (32, 36) else None
    except ValueError:
        return None


def names(command_id: UUID, device_id: UUID) -> dict[str, str | int]:
    """A command and a device as a trace names them."""
    return {"caerus.command_id": str(command_id), "caerus.device_id": str(device_id)}
