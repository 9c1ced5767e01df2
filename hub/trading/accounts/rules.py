"""Tags that prove an account, what may be unlinked, and what ails the gateways."""

import hashlib
import os
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from hub.core.problems import Conflict
from hub.trading.accounts.gateways import SILENT_SECONDS, Session
from hub.trading.accounts.models import Held

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_RUNBOOK = "docs/runbooks/terminal-stuck.md"
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


def tagged_at(account: Held, hours: int) -> datetime | None:
    """Since when the account's tag may be on it: nobody needs to look further back."""
    return account.tag_expires_at and account.tag_expires_at - timedelta(hours=hours)


def check_unlink(open_positions: int, waiting_commands: int) -> None:
    """Nothing that we opened may be left alone, nothing that is under way may arrive nowhere."""
    if open_positions:
        raise StillTrading(f"{open_positions} positions of ours are open; close them first.")
    if waiting_commands:
        raise StillTrading(f"{waiting_commands} commands wait for its terminal; let them end first.")


def objections(open_positions: int, closures: int, orders: int) -> list[str]:
    """What is to end before somebody is deleted, and how."""
    found = []
    if open_positions:
        found.append(
            f"{open_positions} positions are open: close them (POST /api/v1/closures), or have the account unlinked."
        )
    if closures:
        found.append(f"{closures} closures are under way: wait until their terminal has carried them out.")
    if orders:
        found.append(
            f"{orders} orders may wait at a broker: lock the person, and wait until their terminals have taken them back."
        )
    return found


def ailing(sessions: Sequence[Session | None]) -> list[str]:
    """A sentence for each kind of trouble with the gateways' sessions; None is a silent one. No account is named."""
    there, all_ = [each for each in sessions if each is not None], len(sessions)
    broken = [each.retry_seconds for each in there if each.state == "circuit_open"]
    away = sum(each.state == "away" for each in there)
    mute = sum(each.state == "connected" and not each.answers for each in there)
    silent = all_ - len(there)
    found = []
    if broken:
        found.append(
            f"MT5 sessions with an open circuit: {len(broken)} of {all_}, next login in {min(broken):.0f} s; "
            f"mend the login or the terminal ({_RUNBOOK})."
        )
    if away:
        found.append(f"MT5 sessions that are not logged in: {away} of {all_} ({_RUNBOOK}).")
    if mute:
        found.append(f"MT5 terminals that cannot be looked at: {mute} of {all_} ({_RUNBOOK}).")
    if silent:
        found.append(
            f"MT5 sessions not heard of for {SILENT_SECONDS} s: {silent} of {all_}; "
            f"start their `caerus gateway` again ({_RUNBOOK})."
        )
    return found
