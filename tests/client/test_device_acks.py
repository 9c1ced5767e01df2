"""Acknowledgements end when the hub says so, and the ledger that keeps them holds nothing up."""

import threading

import msgspec
import pytest
from aiohttp import web
from caerus_client.errors import ApiProblem

from tests.client.test_device import BUY, Broker, client_of, nothing

PROBLEM = "application/problem+json"
DOCUMENT = {"type": "about:blank", "title": "Not Found", "status": 404}


@pytest.mark.parametrize(
    ("status", "kind", "body"),
    [
        (404, "text/html", b"<html>no upstream</html>"),
        (413, "text/html", b"<html>too large</html>"),
        (400, "application/json", msgspec.json.encode(DOCUMENT | {"status": 400})),
        (404, PROBLEM, b"not json"),
        (404, PROBLEM, b"[]"),
        (404, PROBLEM, msgspec.json.encode(DOCUMENT | {"status": 400})),
        (404, PROBLEM, msgspec.json.encode(DOCUMENT | {"status": "404"})),
        (404, PROBLEM, msgspec.json.encode(DOCUMENT | {"title": None})),
        (404, PROBLEM, msgspec.json.encode({"title": "Not Found", "status": 404})),
    ],
)
async def test_the_page_of_a_proxy_does_not_end_an_acknowledgement(hub, ledger, status, kind, body):
    hub.ack_faults.append(web.Response(status=status, body=body, content_type=kind))
    sent = hub.command(BUY)
    async with client_of(hub) as client:
        with pytest.raises(ApiProblem):
            await client.step(Broker(), ledger)
        assert len(ledger.owed()) == 1
        await client.step(Broker(), ledger)
    assert (hub.statuses(sent), ledger.owed()) == (["placed"], [])


async def test_the_loop_turns_while_the_ledger_waits_for_its_disk(hub, ledger):
    """A disk that stalls must not stall looks, leases and other accounts: nothing of the ledger runs in the loop's thread."""
    loops, asked = threading.get_ident(), set()

    class Watched:
        def __getattr__(self, name):
            def called(*args):
                assert threading.get_ident() != loops, f"{name} blocks the loop"
                asked.add(name)
                return getattr(ledger, name)(*args)

            return called

    hub.keep_listing = True
    hub.command(BUY)
    broker = Broker()
    async with client_of(hub) as client:
        execute, broker.execute = broker.execute, nothing
        await client.step(broker, Watched())
        broker.execute = execute
        await client.step(broker, Watched())
        hub.ack_faults.append(422)
        await client.step(broker, Watched())
    assert asked == {"state", "in_state", "begin", "forget", "record", "repeat", "owed", "sent", "refused"}
