"""Set a second factor up, confirm it, renew its recovery codes, take it away."""

import os
from datetime import UTC, datetime
from uuid import UUID

import pyotp

from hub.core import clock, problems
from hub.core.db import Transaction
from hub.core.guards import StepUpRequired
from hub.core.principal import Principal
from hub.core.problems import Conflict, Forbidden, NotFound
from hub.core.resources import Resources
from hub.core.sql import Runs
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.audit.models import Entry
from hub.identity.mfa import check, rules, seals, store
from hub.identity.mfa.models import Confirmed, Enrolment, RecoveryCodes, Status
from hub.identity.sessions import service as sessions
from hub.identity.users import service as users

_RECOVERY_CODES = 10


async def enrolled(db: Runs, user_id: UUID) -> bool:
    """Whether a code is asked of this person. In a transaction the answer holds until its end."""
    return await store.is_enabled(db, user_id)


async def status(res: Resources, who: Principal) -> Status:
    found, required = await store.left(res.db, who.person), _required(res, who)
    return Status(found.enabled, required, found.recovery_codes_left) if found else Status(False, required, 0)


def _required(res: Resources, who: Principal) -> bool:
    return who.role in res.settings.security.mfa_required_roles


async def enrol(res: Resources, who: Principal) -> Enrolment:
    """A new seed, pending until it is confirmed; it replaces one that never was."""
    user, seed = await users.get(res, who.person), pyotp.random_base32()
    sealed = seals.seal(res.secrets, user.id, seed)
    async with res.db.transaction() as tx:
        if not await store.enrol(tx, user.id, sealed, clock.now()):
            raise Conflict("You have a second factor already; disable it before you set up another.")
    return Enrolment(seed, rules.uri(seed, user.email, res.settings.app.name))


async def confirm(res: Resources, who: Principal, code: str, visitor: Visitor) -> Confirmed:
    """The first code proves that the seed arrived. This session is strong from now on; the others end."""
    sealed, step = await _checked(res, who.person, code)
    async with res.db.transaction() as tx:
        if not await store.confirm(tx, who.person, sealed, step, clock.now()):
            raise _nothing_pending()
        codes = await _renew_codes(tx, who.person)
        opened = await sessions.prove(tx, who, ["pwd", "otp"])
        await sessions.end_all(tx, res, who.person, "second factor enabled", spared=opened.id)
        await audit.record(tx, _entry("auth.mfa.enable", who, visitor))
    await check.succeeded(res, who.person)
    seconds = res.settings.security.jwt_access_seconds
    return Confirmed(codes, sessions.access_token(res, opened), seconds)


async def _checked(res: Resources, user_id: UUID, code: str) -> tuple[bytes, int]:
    """The pending seed, as it is sealed, and the time step of a code that fits it."""
    factor = await store.get(res.db, user_id)
    if factor is None or factor.confirmed_at:
        raise _nothing_pending()
    await check.attempt(res, user_id)
    digits = rules.one_time(code)
    step = check.step_of(res, user_id, factor, digits) if digits else None
    if step is None:
        raise problems.invalid("/code", "This code is wrong. Is the clock of your device right?")
    return factor.sealed, step


def _nothing_pending() -> Conflict:
    return Conflict("There is nothing to confirm: begin with POST /api/v1/auth/mfa/enrol.")


async def renew_codes(res: Resources, who: Principal, visitor: Visitor) -> RecoveryCodes:
    """New recovery codes; the old ones are void."""
    async with res.db.transaction() as tx:
        await _hold(tx, who)
        codes = await _renew_codes(tx, who.person)
        await audit.record(tx, _entry("auth.mfa.recovery_codes", who, visitor))
    return RecoveryCodes(codes)


async def _renew_codes(tx: Transaction, user_id: UUID) -> list[str]:
    codes = [rules.recovery_code(os.urandom(rules.RECOVERY_CODE_BYTES)) for _ in range(_RECOVERY_CODES)]
    await store.drop_recovery_codes(tx, user_id)
    await store.add_recovery_codes(tx, user_id, [rules.digest(code) for code in codes], clock.now())
    return codes


async def disable(res: Resources, who: Principal, visitor: Visitor) -> None:
    """No code is asked any more. The other sessions end, and this one is no stronger than its password."""
    if _required(res, who):
        raise Forbidden("Your role needs a second factor; it cannot be disabled.")
    async with res.db.transaction() as tx:
        await _hold(tx, who)
        await store.drop_recovery_codes(tx, who.person)
        await store.disable(tx, who.person)
        await sessions.prove(tx, who, ["pwd"], at=datetime.fromtimestamp(who.proven_at, UTC))
        await sessions.end_all(tx, res, who.person, "second factor disabled", spared=who.session_id)
        await audit.record(tx, _entry("auth.mfa.disable", who, visitor))


async def _hold(tx: Transaction, who: Principal) -> None:
    """The person's confirmed factor, locked; it may be touched by a session that has given it."""
    if not await store.hold(tx, who.person):
        raise NotFound("You have no second factor.")
    if not who.strong:
        raise StepUpRequired


def _entry(action: str, who: Principal, visitor: Visitor) -> Entry:
    return Entry(action, f"user:{who.person}", who.role, who.person, visitor.ip)
