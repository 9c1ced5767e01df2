"""`/api/v1/auth`: register, prove an e-mail address, replace a password."""

from hub.core import guards
from hub.core.web import Api, Call
from hub.identity.auth.service import WrongCredentials
from hub.identity.registration import passwords, service
from hub.identity.registration.models import Accepted, ChangeIn, EmailIn, RegisterIn, ResetIn, TokenIn
from hub.identity.registration.service import LinkNotGood, WeakPassword

api = Api("/auth", tag="auth")


@api.post("/register", guard=guards.public, status=202, limit="auth", raises=(WeakPassword,))
async def register(call: Call, body: RegisterIn) -> Accepted:
    """Ask for an account. A letter says how to go on; the answer is the same for a known address."""
    await service.register(call.res, body, call.visitor)
    return Accepted()


@api.post("/verify-email", guard=guards.public, status=204, limit="auth", raises=(LinkNotGood,))
async def verify_email(call: Call, body: TokenIn) -> None:
    """Prove an e-mail address by the token of a letter."""
    await service.verify(call.res, body.token, call.visitor)


@api.post("/verify-email/resend", guard=guards.public, status=202, limit="auth")
async def resend_verification(call: Call, body: EmailIn) -> Accepted:
    """Ask for another letter to prove an e-mail address by."""
    await service.resend(call.res, body.email)
    return Accepted()


@api.post("/password/forgot", guard=guards.public, status=202, limit="auth")
async def forgot_password(call: Call, body: EmailIn) -> Accepted:
    """Ask for a letter to choose a new password by."""
    await service.forgot(call.res, body.email)
    return Accepted()


@api.post(
    "/password/reset", guard=guards.public, status=204, limit="auth", raises=(LinkNotGood, WeakPassword)
)
async def reset_password(call: Call, body: ResetIn) -> None:
    """Choose a new password by the token of a letter; all sessions end."""
    await passwords.reset(call.res, body, call.visitor)


@api.post(
    "/password/change",
    guard=guards.people(enrolling=True),
    status=204,
    limit="auth",
    raises=(WrongCredentials, WeakPassword),
)
async def change_password(call: Call, body: ChangeIn) -> None:
    """Choose a new password by the old one; all other sessions end."""
    await passwords.change(call.res, call.who, body, call.visitor)
