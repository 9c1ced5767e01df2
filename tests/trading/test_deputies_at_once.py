"""Deputies, decisions and revocations at once."""

import asyncio
from uuid import UUID

from hub.identity.organisations import members
from hub.identity.organisations import store as organisations
from hub.trading.deputies import store
from tests.hubs import RunningHub
from tests.trading.pairs import pair


async def test_of_person_and_deputies_at_once_one_decides(hub: RunningHub) -> None:
    of = await pair(hub)
    other = await of.team.join(of.person, await hub.person())
    second = (await of.name(other)).body["id"]
    grant = await of.named()
    for _ in range(6):
        id = await of.signal()
        answers = await asyncio.gather(
            hub.approve(of.person, id),
            of.decide(grant, id, "rejected"),
            of.decide(second, id, by=other),
            of.decide(grant, id),
        )
        assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
        [(_, decision, _, _, commands)] = await of.stored(id)
        assert commands == (decision == "approved")


async def test_revoking_waits_for_the_decision_that_is_being_made(hub: RunningHub) -> None:
    """A decision holds the grant and has not committed: revoking answers after it, so it came before."""
    of = await pair(hub)
    grant = await of.named()
    async with hub.res.db.transaction() as tx:
        assert await store.hold(tx, UUID(grant), of.deputy.id) is not None
        revoking = asyncio.get_running_loop().create_task(of.revoke(grant))
        await hub.until_waiting(1)
        assert not revoking.done()
    assert (await revoking).status == 200
    assert (await of.decide(grant, await of.signal())).status == 403


async def test_without_the_hold_revoking_answers_too_early(hub: RunningHub) -> None:
    """The control of the test above: who only reads the grant decides after the answer."""
    of = await pair(hub)
    grant = await of.named()
    async with hub.res.db.transaction() as tx:
        assert await store.seen(tx, UUID(grant), of.deputy.id) is not None
        assert (await of.revoke(grant)).status == 200


async def test_putting_a_member_out_waits_for_what_they_are_deciding(hub: RunningHub) -> None:
    """A decision has asked who belongs and has not committed: the removal answers after it."""
    of = await pair(hub)
    grant = await of.named()
    async with hub.res.db.transaction() as tx:
        assert of.deputy.id in await members.holding(tx, UUID(of.team.id), [of.deputy.id])
        removing = asyncio.get_running_loop().create_task(of.team.remove(of.person, of.deputy))
        await hub.until_waiting(1)
        assert not removing.done()
    assert (await removing).status == 204
    assert (await of.decide(grant, await of.signal())).status == 403


async def test_without_the_hold_a_member_is_out_before_they_decide(hub: RunningHub) -> None:
    """The control of the test above."""
    of = await pair(hub)
    async with hub.res.db.transaction() as tx:
        assert await organisations.roles_among(tx, UUID(of.team.id), [of.deputy.id])
        assert (await of.team.remove(of.person, of.deputy)).status == 204


async def test_of_removals_and_decisions_at_once_each_is_whole(hub: RunningHub) -> None:
    for _ in range(6):
        of = await pair(hub)
        grant, id = await of.named(), await of.signal()
        removed, decided = await asyncio.gather(of.team.remove(of.person, of.deputy), of.decide(grant, id))
        assert removed.status == 204
        assert decided.status in (201, 403)
        assert len(await of.stored(id)) == (decided.status == 201)
        assert (await of.decide(grant, await of.signal())).status == 403
