"""The head of each day is signed when the day is over."""

from hub.core import jobs
from hub.core.resources import Resources
from hub.identity.audit import heads


@jobs.every(minute={5}, second={0})
async def sign_audit_heads(res: Resources) -> None:
    """At five past midnight (UTC) there is one to sign; the other hours catch up what was missed."""
    await heads.sign(res)
