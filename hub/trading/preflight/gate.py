"""Whether a person's accounts may open this trade: asked beside `risk.allow`, in the transaction that opens it.

Every open command to a verified account needs a certificate that names the instrument, unless the account is known
to be a demo or contest account; that one may trade, and its person is told. A command goes to all of a person's
terminals, so the first account without one decides, as in `risk`.
"""

from typing import get_args
from uuid import UUID

from prometheus_client import Counter

from hub.core import clock, outbox
from hub.core.db import Transaction
from hub.core.metrics import from_zero
from hub.core.outbox import Event
from hub.core.problems import Conflict
from hub.core.resources import Resources
from hub.trading.preflight import rules, store, topics
from hub.trading.preflight.models import CertificateChanged, Flown, Gap, Stored

_refused = from_zero(
    Counter("preflight_refused_total", "Live trades kept out without a certificate", ["reason"]),
    get_args(Gap),
)
_warned = from_zero(
    Counter("preflight_warned_total", "Demo trades opened without a certificate", ["reason"]), get_args(Gap)
)

_REPORT = "Start the EA on its terminal, so that it sends its preflight report"
_MEND: dict[Gap, str] = {
    "not_reported": f"The account's terminal was never checked. {_REPORT}.",
    "failed": "The account's terminal did not pass. Mend what `findings` say, then let the EA report again.",
    "lapsed": f"The account's certificate has run out. {_REPORT} again.",
    "other_terminal": f"Another terminal speaks for the account now. {_REPORT}.",
    "changed": "The account is no longer as it was certified. Mend it, then let the EA report again.",
    "instrument": "The certificate does not cover this instrument. `findings` say why, or the terminal lacks it.",
}


class NotCertified(Conflict):
    title = "Account not certified for live trading"


async def allow(tx: Transaction, res: Resources, user_id: UUID, instrument: str) -> None:
    """`NotCertified` when a live account has no valid certificate for the instrument.

    What is found to hold here holds until the transaction ends: a certificate that a report takes away meanwhile
    is taken away after it.
    """
    flown = await store.accounts(tx, user_id)
    if not flown:
        return
    now = clock.now()
    held = {each.account_id: each for each in await store.certificates(tx, [f.account_id for f in flown])}
    gaps = [(f, gap) for f in flown if (gap := rules.gap(f, held.get(f.account_id), now, instrument))]
    for each, gap in gaps:
        if not each.rehearses:
            raise await _refusal(tx, each, gap, instrument)
    if gaps:
        await outbox.append(tx, res.redis, [_warning(user_id, each, gap, held) for each, gap in gaps])
        for _, gap in gaps:
            _warned.labels(gap).inc()


async def _refusal(tx: Transaction, account: Flown, gap: Gap, instrument: str) -> NotCertified:
    _refused.labels(gap).inc()
    known = await store.reported(tx, account.account_id)
    found = known.found if known else []
    return NotCertified(
        f"{_MEND[gap]} Nothing was changed.",
        reason=gap,
        account_id=str(account.account_id),
        instrument=instrument,
        findings=[f for f in found if f.severity == "block" and f.instrument in (None, instrument)],
    )


def _warning(user_id: UUID, account: Flown, gap: Gap, held: dict[UUID, Stored]) -> Event:
    certificate = held.get(account.account_id)
    data = CertificateChanged(
        account.account_id,
        certificate.version if certificate else None,
        certificate.instruments if certificate else {},
        gap,
        certificate.valid_until if certificate else None,
    )
    topic = topics.preflight.name(user_id=user_id)
    return Event(topic, "preflight.warned", f"account:{account.account_id}", f"user:{user_id}", data)
