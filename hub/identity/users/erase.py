"""Delete a person: what names them goes, the row that others point at stays under a pseudonym."""

from uuid import UUID

from hub.core import clock
from hub.core.principal import Principal
from hub.core.resources import Resources
from hub.core.web import Visitor
from hub.identity.audit import service as audit
from hub.identity.keys import service as keys
from hub.identity.organisations import members
from hub.identity.sessions import service as sessions
from hub.identity.users import leaving, rules, store
from hub.identity.users.administer import hold


async def erase(res: Resources, who: Principal, id: UUID, visitor: Visitor) -> None:
    """E-mail, password, second factor, letters, memberships, sessions and API keys, in one transaction; `StillBusy` while a
    higher room has something of theirs under way.

    Devices belong to a higher room, which asks on each of their calls whether their person may come.
    """
    async with res.db.transaction() as tx:
        held = await hold(tx, who, id)
        rules.check_an_owner_stays(held.target, held.people)
        await leaving.check(tx, id)
        await store.pseudonymise(tx, id, clock.now())
        await store.drop_second_factor(tx, id)
        await store.drop_mail_tokens(tx, id)
        await sessions.end_all(tx, res, id, "deleted")
        await sessions.forget_places(tx, id)
        await keys.revoke_all(tx, id)
        left = await members.forget(tx, who, visitor, id, held.target.email)
        await audit.record(tx, audit.act(who, visitor, "user.delete", f"user:{id}"), *left)
