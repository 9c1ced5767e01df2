"""Register, and prove that an e-mail address is one's own.

Nobody learns here whether an address is known: known and unknown ones get the same answer for the same work,
and only the mailbox tells more.
"""

from hub.core import clock
from hub.core.db import Transaction
from hub.core.problems import FieldError, Invalid
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.identity.registration import store
from hub.identity.registration.models import Addressee, Holder, Purpose, RegisterIn
from hub.identity.registration.owing import owe
from hub.identity.sessions import service as sessions
from hub.identity.users import service as users
from hub.identity.users.strength import must_be_good


class LinkNotGood(Invalid):
    title = "Link not good"

    def __init__(self) -> None:
        detail = "This link was used, is too old, or was never ours. Ask for a new one."
        super().__init__(detail, errors=(FieldError("/token", detail),))


async def register(res: Resources, given: RegisterIn, visitor: Visitor) -> None:
    """A new person who must prove the address; a known one gets a letter and keeps the password."""
    must_be_good(given.password, given.email, res.settings.app.name)
    hashed = await res.passwords.hash(given.password)
    async with res.db.transaction() as tx:
        user = await users.add(tx, given.email, hashed, "user", verified_at=None)
        known = await store.addressee(tx, given.email)
        purpose: Purpose = "taken" if known and known.verified_at else "verify"
        await owe(tx, res, purpose, given.email, known.id if known else None)
        await audit.record(tx, users.created(user, visitor.ip) if user else _again(known, visitor))


def _again(known: Addressee | None, visitor: Visitor) -> Entry:
    """Somebody registered with an address that is taken; nobody, if its owner left at that moment."""
    target = f"user:{known.id}" if known else "user:nobody"
    return Entry("auth.register.again", target, "public", ip=visitor.ip)


async def resend(res: Resources, email: str) -> None:
    """Another letter to prove an address by, when there is one to prove."""
    async with res.db.transaction() as tx:
        known = await store.addressee(tx, email)
        await owe(tx, res, "verify", email, known.id if known and known.verified_at is None else None)


async def forgot(res: Resources, email: str) -> None:
    """A letter to choose a new password by, when the address is known."""
    async with res.db.transaction() as tx:
        known = await store.addressee(tx, email)
        await owe(tx, res, "reset", email, known.id if known else None)


async def verify(res: Resources, token: str, visitor: Visitor) -> None:
    """The address is proven, once."""
    async with res.db.transaction() as tx:
        person = await use(tx, token, "verify")
        await users.set_verified(tx, person.id)
        await store.void(tx, person.id, ["verify"], clock.now())
        target = f"user:{person.id}"
        await audit.record(tx, Entry("auth.email.verify", target, person.role, person.id, visitor.ip))


async def use(tx: Transaction, token: str, purpose: Purpose) -> Holder:
    """Whose link this is, held; it is good no more. `LinkNotGood` for everything else."""
    hash, now = sessions.digest(token), clock.now()
    owner = await store.token_owner(tx, hash, purpose, now)
    held = await store.hold(tx, owner.id) if owner else None
    if held is None or not await store.use(tx, hash, purpose, now):
        raise LinkNotGood
    return held
