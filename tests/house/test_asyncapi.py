"""`/asyncapi.json`: complete, and true to what goes over the socket."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from caerus_client.topics import KINDS
from jsonschema import Draft202012Validator

from hub.app import stream_document
from hub.core.stream import messages
from hub.core.stream.topics import topics
from tests.hubs import RunningHub
from tests.stream.sockets import signed_in


def served() -> dict[str, Any]:
    document = msgspec.json.decode(msgspec.json.encode(stream_document()))
    assert isinstance(document, dict)
    return document


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in references(value)]
    return [found for each in node for found in references(each)] if isinstance(node, list) else []


def resolve(document: Any, reference: str) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document


def test_every_topic_that_somebody_may_read_is_a_channel() -> None:
    """`tests/client/test_topics.py` asks the guards which these are."""
    document, known = served(), {name: topics.by_namespace[name] for name in KINDS}
    assert set(document["channels"]) == {"socket", *known}
    addresses = {each["address"] for each in document["channels"].values()}
    assert addresses == {"/ws", *(topic.template for topic in known.values())}


def test_what_nobody_may_read_is_not_offered() -> None:
    assert "commands" in topics.by_namespace
    assert "commands" not in msgspec.json.encode(served()).decode()


def test_every_reference_leads_somewhere() -> None:
    document = served()
    assert len(references(document)) > 20
    for reference in references(document):
        assert resolve(document, reference), reference


def test_the_pages_tables_say_the_same() -> None:
    page = (Path(__file__).parents[2] / "docs" / "stream.md").read_text()
    rows = re.findall(r"^\| `([a-z_]+(?::{\w+})?)` \| (.*?) \| `(\w+)` \| .* \|$", page, re.MULTILINE)
    said = {topic: (set(re.findall(r"`(\w+\.\w+)`", events)), data) for topic, events, data in rows}
    messages = served()["components"]["messages"]
    events = {name: messages[f"{name}Event"]["payload"]["properties"] for name in KINDS}
    assert said == {
        topics.by_namespace[name].template: (
            set(each["type"]["enum"]),
            each["data"]["$ref"].rpartition("/")[2],
        )
        for name, each in events.items()
    }


def test_the_pages_close_codes_are_the_documents() -> None:
    page = (Path(__file__).parents[2] / "docs" / "stream.md").read_text()
    table = page.partition("## Close codes")[2].partition("| none")[0]
    assert set(re.findall(r"\b[14]0\d\d\b", table)) == set(served()["channels"]["socket"]["x-close-codes"])


def test_every_close_code_of_ours_says_what_to_do() -> None:
    codes = {int(code) for code in served()["channels"]["socket"]["x-close-codes"]}
    ours = {v for name, v in vars(messages).items() if name.isupper() and isinstance(v, int) and v >= 4_000}
    assert ours and ours <= codes


async def test_what_the_hub_sends_is_as_the_document_says(hub: RunningHub) -> None:
    document = msgspec.json.decode((await hub.call("GET", "/asyncapi.json")).raw)
    assert document == served()

    def check(name: str, message: Any) -> None:
        schema = resolve(document, f"#/components/messages/{name}")["payload"]
        Draft202012Validator(schema | {"components": document["components"]}).validate(message)

    async with signed_in(hub) as stream:
        check("Subscribed", await stream.sub("signals"))
        check("Failed", await stream.refused(op="sub", id=9, topic="nothing"))
        await (await hub.producer()).opened()
        [event] = await stream.take(1)
        check("signalsEvent", event)
        with pytest.raises(Exception, match="offset"):
            check("signalsEvent", event | {"offset": "7"})
        with pytest.raises(Exception, match="is not one of"):
            check("signalsEvent", event | {"type": "trade.opened"})
