"""Replace a password: by a link from a letter, or by the one in use."""

from uuid import UUID

from hub.core import clock
from hub.core.db import Transaction
from hub.core.principal import Principal
from hub.core.problems import Unauthenticated
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.identity.auth import service as auth
from hub.identity.registration import store
from hub.identity.registration.models import ChangeIn, Holder, ResetIn
from hub.identity.registration.owing import owe
from hub.identity.registration.service import LinkNotGood, must_be_good, use
from hub.identity.sessions import service as sessions
from hub.identity.users import service as users


async def reset(res: Resources, given: ResetIn, visitor: Visitor) -> None:
    """A new password for who reads the mailbox, which is proven by it. Ends every session."""
    owner = await store.token_owner(res.db, sessions.digest(given.token), "reset", clock.now())
    if owner is None:
        raise LinkNotGood
    must_be_good(res, given.password, owner.email)
    hashed = await res.passwords.hash(given.password)
    async with res.db.transaction() as tx:
        held = await use(tx, given.token, "reset")
        await users.set_verified(tx, held.id)
        await _replace(tx, res, held, hashed, "auth.password.reset", visitor)


async def change(res: Resources, who: Principal, given: ChangeIn, visitor: Visitor) -> None:
    """A new password for who knows the old one. Ends every session but this one."""
    known = await auth.confirm(res, who, given.password, visitor)
    must_be_good(res, given.new_password, known.email, "/new_password")
    hashed = await res.passwords.hash(given.new_password)
    async with res.db.transaction() as tx:
        held = await store.hold(tx, known.id)
        # A reset may have come first, to throw out just this session.
        if held is None or await store.session_ended(tx, who.session_id):
            raise Unauthenticated
        await _replace(tx, res, held, hashed, "auth.password.change", visitor, spared=who.session_id)


async def _replace(
    tx: Transaction,
    res: Resources,
    held: Holder,
    hashed: str,
    action: str,
    visitor: Visitor,
    *,
    spared: UUID | None = None,
) -> None:
    """Sessions and links that came before are good no more, and the mailbox is told."""
    await users.set_password(tx, held.id, hashed)
    await store.void(tx, held.id, ["verify", "reset"], clock.now())
    ended = await sessions.end_all(tx, res, held.id, "password replaced", spared=spared)
    await owe(tx, res, "changed", held.email, held.id)
    entry = Entry(action, f"user:{held.id}", held.role, held.id, visitor.ip, {"sessions_ended": ended})
    await audit.record(tx, entry)
