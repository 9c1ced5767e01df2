"""`/api/v1/auth/mfa`: one's second factor. Signing in with it is the business of `auth`."""

from hub.core import guards
from hub.core.problems import Conflict, Invalid, NotFound, Unavailable
from hub.core.web import Api, Call
from hub.identity.mfa import service
from hub.identity.mfa.models import CodeIn, Confirmed, Enrolment, RecoveryCodes, Status

api = Api("/auth/mfa", tag="auth")

_new = guards.people(fresh=True, enrolling=True, miniapp=False)
_held = guards.people(fresh=True, miniapp=False)


@api.get(guard=guards.people(enrolling=True))
async def get_mfa(call: Call) -> Status:
    """Whether a code is asked of you, and must be."""
    return await service.status(call.res, call.who)


@api.post("/enrol", guard=_new, raises=(Conflict,))
async def enrol_mfa(call: Call) -> Enrolment:
    """A seed for your authenticator app; shown once, in force when confirmed."""
    return await service.enrol(call.res, call.who)


@api.post("/confirm", guard=_new, status=200, raises=(Conflict, Invalid, Unavailable))
async def confirm_mfa(call: Call, body: CodeIn) -> Confirmed:
    """Put the second factor in force; your recovery codes are shown once, your other sessions end."""
    return await service.confirm(call.res, call.who, body.code, call.visitor)


@api.post("/recovery-codes", guard=_held, raises=(NotFound,))
async def renew_recovery_codes(call: Call) -> RecoveryCodes:
    """New recovery codes, shown once; the old ones are void."""
    return await service.renew_codes(call.res, call.who, call.visitor)


@api.delete(guard=_held, raises=(NotFound,))
async def disable_mfa(call: Call) -> None:
    """Take the second factor away; your other sessions end."""
    await service.disable(call.res, call.who, call.visitor)
