"""Linking: who proves an account owns it, nobody learns whose it is, and what is traded is not let go."""

import asyncio
from uuid import UUID

import pytest

from hub.core import clock
from hub.trading.accounts import rules, store
from tests import metrics
from tests.hubs import RunningHub, until
from tests.stream.sockets import signed_in
from tests.trading.looks import Broker, broker, link, linked, position, send, sent, verified, window

METRICS = (
    "accounts_link_started",
    "accounts_link_started_total",
    "accounts_verified",
    "accounts_verified_total",
)


async def test_a_link_is_pending_and_its_tag_is_not_kept(hub: RunningHub) -> None:
    person, at, before = await hub.person(), broker(), metrics.here()
    made = await linked(hub, person, at)
    account = made["account"]
    assert (account["state"], account["is_primary"], account["proof"]) == ("pending", False, None)
    assert rules._TAG.fullmatch(made["tag"])
    query = "select tag_hash, to_jsonb(a)::text from trading.accounts as a where id = $1::text::uuid"
    [row] = await hub.rows(query, account["id"])
    assert row[0] == rules.tag_hash(UUID(account["id"]), made["tag"])
    assert made["tag"] not in row[1]
    assert metrics.moved(before, *METRICS) == {"accounts_link_started_total": 1.0}
    [entry] = await hub.rows(
        "select actor_id, action from identity.audit_log where target = $1", f"account:{account['id']}"
    )
    assert tuple(entry) == (person.id, "account.link")


async def test_the_terminals_signed_look_verifies(hub: RunningHub) -> None:
    person, at = await hub.person(), broker()
    device, made = await hub.device(person), await linked(hub, person, at)
    async with signed_in(hub, person) as stream:
        await stream.sub(f"accounts:{person.id}")
        before = metrics.here()
        await sent(device, at.look())
        [event] = await stream.take(1)
    account = (await hub.call("GET", "/api/v1/accounts", headers=person.bearer)).body["items"][0]
    assert (event["type"], event["data"]["id"]) == ("account.verified", made["account"]["id"])
    assert (account["state"], account["proof"], account["is_primary"]) == ("verified", "device", True)
    assert (account["device_id"], account["currency"]) == (device.id, "USD")
    assert metrics.moved(before, *METRICS) == {"accounts_verified_total{proof=device}": 1.0}
    actions = await hub.rows(
        "select action from identity.audit_log where target = $1 order by seq", f"account:{account['id']}"
    )
    assert [row[0] for row in actions] == ["account.link", "account.verify"]
    assert (await link(hub, person, at)).status == 409
    assert (await link(hub, person, Broker(at.server.upper(), at.login))).status == 409


async def test_a_look_at_an_account_nobody_linked_is_not_found(hub: RunningHub) -> None:
    person, other, at = await hub.person(), await hub.person(), broker()
    await linked(hub, other, at)
    answer = await send(await hub.device(person), at.look())
    assert (answer.status, answer.body["type"]) == (404, "/problems/not-linked")


async def test_a_second_claim_is_refused_and_names_nobody(hub: RunningHub) -> None:
    first = await verified(hub)
    person = await hub.person()
    made, device = await linked(hub, person, first.broker), await hub.device(person)
    answer = await send(device, first.broker.look())
    assert (answer.status, answer.body["type"]) == (409, "/problems/account-taken")
    assert answer.body["detail"] == "This account cannot be verified for you."
    path = f"/api/v1/accounts/{made['account']['id']}/verify"
    with window(first.broker.look()):
        assert (await hub.call("POST", path, headers=person.bearer)).status == 409
    [row] = await hub.rows("select state from trading.accounts where user_id = $1", person.id)
    assert row[0] == "pending"
    assert (await first.live())["account_equity"]["amount_minor"] == 1_000_000


async def test_a_tag_on_the_account_outdoes_the_word_of_a_device(hub: RunningHub) -> None:
    """Who has a device can sign a look at any login; an order on the account can only place who has the account."""
    squatter, person = await verified(hub), await hub.person()
    at = squatter.broker
    made = await linked(hub, person, at)
    path = f"/api/v1/accounts/{made['account']['id']}/verify"
    async with signed_in(hub, squatter.person) as stream:
        await stream.sub(f"accounts:{squatter.person.id}")
        with window(at.look(orders=[tagged(made["tag"])])):
            answer = await hub.call("POST", path, headers=person.bearer)
        told = await stream.receive()
    assert (answer.status, answer.body["proof"], answer.body["is_primary"]) == (200, "tag", True)
    assert (told["type"], told["data"]["state"]) == ("account.lost", "unlinked")
    assert (await send(squatter.device, at.look(9))).status == 404
    lost = await hub.rows(
        "select actor_id from identity.audit_log where action = 'account.lose' and target = $1",
        f"account:{squatter.id}",
    )
    assert [row[0] for row in lost] == [squatter.person.id]
    # A tag is not outdone: neither by a look, nor by another tag.
    again = await linked(hub, squatter.person, at)
    assert (await send(squatter.device, at.look(10))).status == 409
    path = f"/api/v1/accounts/{again['account']['id']}/verify"
    with window(at.look(orders=[tagged(again["tag"])])):
        assert (await hub.call("POST", path, headers=squatter.person.bearer)).status == 409


async def test_of_many_who_prove_it_at_once_one_owns_it(hub: RunningHub) -> None:
    at = broker()
    people = [await hub.person() for _ in range(5)]
    devices = [await hub.device(person) for person in people]
    for person in people:
        await linked(hub, person, at)
    answers = await asyncio.gather(*(send(device, at.look()) for device in devices))
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409, 409]


async def test_who_proves_it_while_another_does_waits_and_is_refused(hub: RunningHub) -> None:
    first, second, at = await hub.person(), await hub.person(), broker()
    mine = (await linked(hub, first, at))["account"]["id"]
    await linked(hub, second, at)
    device = await hub.device(second)
    waits = """select exists (select 1 from pg_stat_activity where datname = current_database()
               and wait_event_type = 'Lock' and (query like '%login%' or query like '%accounts%'))"""

    async def somebody_waits() -> bool:
        return bool((await hub.rows(waits))[0][0])

    async with hub.res.db.transaction() as tx:
        await store.lock_login(tx, at.server, at.login)
        assert await store.verify(tx, UUID(mine), "tag", None, clock.now())
        claim = asyncio.get_running_loop().create_task(send(device, at.look()))
        await until(somebody_waits)
    answer = await claim
    assert (answer.status, answer.body["type"]) == (409, "/problems/account-taken")


def tagged(comment: str) -> dict[str, str]:
    return {
        "ticket": "9",
        "symbol": "XAUUSD",
        "side": "buy",
        "volume": "0.01",
        "price": "1000",
        "comment": comment,
    }


@pytest.mark.parametrize(
    "where", [{"orders": [tagged("{tag}")]}, {"positions": [position(comment="see {tag} there")]}]
)
@pytest.mark.parametrize("path", ["/api/v1/accounts/{id}/verify", "/api/v1/accounts/link/verify"])
async def test_the_tag_on_the_account_verifies(
    hub: RunningHub, where: dict[str, list[dict[str, str]]], path: str
) -> None:
    person, at = await hub.person(), broker()
    made = await linked(hub, person, at)
    id = made["account"]["id"]
    path, body = path.replace("{id}", id), {"account_id": id} if "link" in path else None
    for comment, status, proof in (("CAERUS-222222", 409, None), (made["tag"], 200, "tag")):
        [[name, [item]]] = where.items()
        look = at.look(**{name: [item | {"comment": item["comment"].replace("{tag}", comment)}]})
        with window(look):
            answer = await hub.call("POST", path, body, person.bearer)
        assert (answer.status, answer.body.get("proof")) == (status, proof), answer.raw
    assert (await hub.call("POST", path, body, person.bearer)).body["state"] == "verified"


async def test_without_a_terminal_to_look_through_nothing_is_proven(hub: RunningHub) -> None:
    person = await hub.person()
    id = (await linked(hub, person, broker()))["account"]["id"]
    answer = await hub.call("POST", f"/api/v1/accounts/{id}/verify", headers=person.bearer)
    assert (answer.status, answer.body["type"]) == (409, "/problems/not-proven")


async def test_a_new_tag_ends_the_old_one_and_each_ends_by_itself(hub: RunningHub) -> None:
    person, at = await hub.person(), broker()
    old, new = await linked(hub, person, at), await linked(hub, person, at)
    id = new["account"]["id"]
    assert (old["account"]["id"], old["tag"] != new["tag"]) == (id, True)
    path = f"/api/v1/accounts/{id}/verify"
    with window(at.look(orders=[tagged(old["tag"])])):
        assert (await hub.call("POST", path, headers=person.bearer)).status == 409
    await hub.res.db.execute(
        "update trading.accounts set tag_expires_at = $2 where id = $1::text::uuid", id, clock.now()
    )
    with window(at.look(orders=[tagged(new["tag"])])):
        assert (await hub.call("POST", path, headers=person.bearer)).status == 409


async def test_one_account_is_primary(hub: RunningHub) -> None:
    first, at = await verified(hub), broker()
    second = (await linked(hub, first.person, at))["account"]["id"]
    path = f"/api/v1/accounts/{second}/primary"
    assert (await hub.call("PUT", path, headers=first.person.bearer)).body["type"] == "/problems/not-verified"
    await sent(await hub.device(first.person, "other"), at.worth(1, "500.00"))

    async def primaries() -> list[str]:
        items = (await hub.call("GET", "/api/v1/accounts", headers=first.person.bearer)).body["items"]
        return [item["id"] for item in items if item["is_primary"]]

    assert await primaries() == [first.id]
    for _ in range(2):
        assert (await hub.call("PUT", path, headers=first.person.bearer)).status == 200
        assert await primaries() == [second]
    shown = (await hub.call("GET", "/api/v1/positions", headers=first.person.bearer)).body
    assert shown["account_equity"] == {"amount_minor": 50_000, "currency": "USD"}


async def test_what_is_traded_is_not_unlinked_and_history_stays(hub: RunningHub) -> None:
    mine = await verified(hub)
    path = f"/api/v1/accounts/{mine.id}"
    await hub.approve(mine.person, await (await hub.producer()).opened())
    assert (await hub.call("DELETE", path, headers=mine.person.bearer)).body[
        "type"
    ] == "/problems/still-trading"
    [command] = (await mine.device.poll()).body["commands"]
    await mine.device.ack(command["id"], "placed")
    await sent(mine.device, mine.broker.look(1, positions=[position(comment=command["id"])]))
    refused = await hub.call("DELETE", path, headers=mine.person.bearer)
    assert (refused.status, refused.body["detail"][:11]) == (409, "1 positions")
    # A position opened by hand is the person's own business.
    await sent(mine.device, mine.broker.look(2, positions=[position("2")]))
    assert (await hub.call("DELETE", path, headers=mine.person.bearer)).status == 204
    assert (await hub.call("DELETE", path, headers=mine.person.bearer)).status == 404
    assert (await send(mine.device, mine.broker.look(3))).status == 404
    assert (await hub.call("GET", "/api/v1/positions", headers=mine.person.bearer)).status == 404
    query = "select count(*) from trading.positions where account_id = $1::text::uuid"
    assert (await hub.rows(query, mine.id))[0][0] == 2
    # Let go, it may be somebody else's.
    other = await hub.person()
    await linked(hub, other, mine.broker)
    await sent(await hub.device(other), mine.broker.look())


async def test_one_terminal_speaks_for_an_account_until_it_is_revoked(hub: RunningHub) -> None:
    mine = await verified(hub, {"seq": 900})
    second = await hub.device(mine.person, "second")
    answer = await send(second, mine.broker.worth(901, "9000.00"))
    assert (answer.status, answer.body["type"]) == (409, "/problems/another-terminal")
    path = f"/api/v1/devices/{mine.device.id}/revoke"
    assert (await hub.call("POST", path, headers=mine.person.bearer)).status == 200
    await sent(second, mine.broker.worth(5, "9000.00"))
    assert (await mine.live())["account_equity"]["amount_minor"] == 900_000


async def test_too_many_accounts_are_refused(hub: RunningHub) -> None:
    person = await hub.person()
    answers = [await link(hub, person, broker()) for _ in range(21)]
    assert [answer.status for answer in answers] == [201] * 20 + [409]
