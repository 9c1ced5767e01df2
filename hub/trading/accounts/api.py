"""`/api/v1/accounts`."""

from uuid import UUID

from hub.core import guards
from hub.core.problems import NotFound
from hub.core.web import Api, Call
from hub.trading.accounts import service
from hub.trading.accounts import verify as proofs
from hub.trading.accounts.models import Account, Accounts, Linked, LinkIn, VerifyIn
from hub.trading.accounts.rules import NotVerified, StillTrading
from hub.trading.accounts.service import AlreadyLinked, TooManyAccounts
from hub.trading.accounts.verify import AccountTaken, NotProven

api = Api("/accounts", tag="accounts")


@api.post("/link", guard=guards.signed_in, idempotent=True, raises=(AlreadyLinked, TooManyAccounts))
async def link_account(call: Call, body: LinkIn) -> Linked:
    """Say that an account is yours. The tag in this answer proves it as the comment of an order there."""
    return await service.link(call.res, call.who, body, call.visitor)


@api.post("/link/verify", guard=guards.signed_in, status=200, raises=(NotFound, NotProven, AccountTaken))
async def verify_link(call: Call, body: VerifyIn) -> Account:
    """The same as `POST /accounts/{id}/verify`."""
    return await proofs.verify(call.res, call.who, body.account_id, call.visitor)


@api.get("", guard=guards.signed_in)
async def list_accounts(call: Call) -> Accounts:
    """Your linked accounts, pending ones too."""
    return await service.listed(call.res, call.who)


@api.post("/{id}/verify", guard=guards.signed_in, status=200, raises=(NotFound, NotProven, AccountTaken))
async def verify_account(call: Call, id: UUID) -> Account:
    """Ask whether the account is proven by now, by your terminal's snapshot or by the tag."""
    return await proofs.verify(call.res, call.who, id, call.visitor)


@api.put("/{id}/primary", guard=guards.signed_in, raises=(NotFound, NotVerified))
async def choose_primary(call: Call, id: UUID) -> Account:
    """Make a verified account your primary one."""
    return await service.choose(call.res, call.who, id, call.visitor)


@api.delete("/{id}", guard=guards.signed_in, raises=(NotFound, StillTrading))
async def unlink_account(call: Call, id: UUID) -> None:
    """Unlink an account; what is known of it is kept."""
    await service.unlink(call.res, call.who, id, call.visitor)
