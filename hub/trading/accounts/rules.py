"""Tags that prove an account, and what may be unlinked."""

import hashlib
import os
import re
from datetime import datetime
from uuid import UUID

from hub.core.problems import Conflict
from hub.trading.accounts.models import Held

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_TAG = re.compile(r"CAERUS-[2-9A-HJ-NP-Z]{6}")


class StillTrading(Conflict):
    title = "Account is still traded"


class NotVerified(Conflict):
    title = "Account not verified"


def new_tag() -> str:
    """`CAERUS-` and 30 random bits, short enough for a broker's comment."""
    return "CAERUS-" + "".join(_LETTERS[byte % 32] for byte in os.urandom(6))


def tag_hash(account_id: UUID, tag: str) -> bytes:
    """Of one account alone: the same tag elsewhere hashes to something else."""
    return hashlib.sha256(account_id.bytes + tag.encode()).digest()


def is_tagged(account: Held, comments: set[str], now: datetime) -> bool:
    """Whether the account's own tag is in one of these comments, in time."""
    if account.tag_hash is None or account.tag_expires_at is None or now >= account.tag_expires_at:
        return False
    found = {tag for comment in comments for tag in _TAG.findall(comment)}
    return any(tag_hash(account.id, tag) == account.tag_hash for tag in found)


def check_unlink(open_positions: int, waiting_commands: int) -> None:
    """Nothing that we opened may be left alone, nothing that is under way may arrive nowhere."""
    if open_positions:
        raise StillTrading(f"{open_positions} positions of ours are open; close them first.")
    if waiting_commands:
        raise StillTrading(f"{waiting_commands} commands wait for its terminal; let them end first.")
