"""The stream's document (AsyncAPI 3.0), from the topics and messages themselves: `/asyncapi.json`.

`actions` are the hub's: it receives what clients send. Each topic is a channel of its own, whose address is what a
client subscribes to; all of them go over the one socket at `/ws`. Types of events are those that `caerus_client`
knows: a test holds it to what the rooms declare. A topic that it does not know is the hub's own, and not told of.
"""

from typing import Any

import msgspec
from caerus_client.topics import KINDS

from hub.core.stream import messages
from hub.core.stream.topics import Topic, Topics

_SOCKET = {"$ref": "#/channels/socket"}
_SCHEMAS = "#/components/schemas/{name}"
_INCOMING = (messages.Auth, messages.Sub, messages.Unsub, messages.Ping)
_OUTGOING = (messages.Ready, messages.Subscribed, messages.Unsubscribed, messages.Pong, messages.Failed)
_INTRODUCTION = (
    "The token goes in the first message, `auth`, within 10 s, and again to renew it. `sub` with `since` brings what"
    " was missed, in order, before what is new; `recovered: false` means that this was impossible and nothing"
    " partial was sent. See docs/stream.md."
)
_TYPES = "A fact in the past tense. A newer hub may have more: ignore those you do not know."


def document(topics: Topics, *, version: str) -> dict[str, Any]:
    """The whole document."""
    by_name = sorted((name, topic) for name, topic in topics.by_namespace.items() if name in KINDS)
    events = {repr(topic.event): topic.event for _, topic in by_name}
    types = [*_INCOMING, *_OUTGOING, *events.values()]
    schemas, components = msgspec.json.schema_components(types, ref_template=_SCHEMAS)
    schema_of = dict(zip(map(repr, types), schemas, strict=True))
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Caerus, the stream", "version": version, "description": _INTRODUCTION},
        "defaultContentType": "application/json",
        "channels": {"socket": _socket()} | {name: _channel(topic) for name, topic in by_name},
        "operations": _operations([name for name, _ in by_name]),
        "components": {
            "schemas": components,
            "messages": {_name(each): _message(each, schema_of) for each in (*_INCOMING, *_OUTGOING)}
            | {
                f"{name}Event": _event(KINDS[name].types, schema_of[repr(topic.event)])
                for name, topic in by_name
            },
        },
    }


def _name(message: Any) -> str:
    return str(message.__name__)


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/messages/{name}"}


def _socket() -> dict[str, Any]:
    codes = {str(code): {"meaning": why, "then": then} for code, (why, then) in messages.CLOSE_CODES.items()}
    return {
        "address": "/ws",
        "title": "The socket",
        "description": f"Subprotocols `{messages.JSON}` (text) and `{messages.MSGPACK}` (binary).",
        "messages": {_name(each): _reference(_name(each)) for each in (*_INCOMING, *_OUTGOING)},
        "bindings": {"ws": {"method": "GET"}},
        "x-close-codes": codes,
    }


def _channel(topic: Topic) -> dict[str, Any]:
    channel: dict[str, Any] = {
        "address": topic.template,
        "description": f"Subscribe with the topic `{topic.template}` on `/ws`.",
        "messages": {"event": _reference(f"{topic.template.partition(':')[0]}Event")},
    }
    if topic.params:
        channel["parameters"] = {name: {"description": _kind(kind)} for name, kind in topic.params.items()}
    return channel


def _kind(kind: Any) -> str:
    return "a UUID" if kind.__name__ == "UUID" else "text without a colon"


def _message(message: Any, schema_of: dict[str, Any]) -> dict[str, Any]:
    return {"name": _name(message), "payload": schema_of[repr(message)]}


def _event(types: tuple[str, ...], data: Any) -> dict[str, Any]:
    properties = {
        "op": {"const": "event"},
        "topic": {"type": "string"},
        "offset": {"type": "integer", "minimum": 1},
        "type": {"type": "string", "enum": list(types), "description": _TYPES},
        "at": {"type": "string", "format": "date-time"},
        "data": data,
    }
    payload = {"type": "object", "properties": properties, "required": list(properties)}
    return {"name": "event", "payload": payload}


def _operations(names: list[str]) -> dict[str, Any]:
    def on_socket(action: str, each: Any) -> dict[str, Any]:
        return {
            "action": action,
            "channel": _SOCKET,
            "messages": [{"$ref": f"#/channels/socket/messages/{_name(each)}"}],
        }

    received = {f"receive{_name(each)}": on_socket("receive", each) for each in _INCOMING}
    sent = {f"send{_name(each)}": on_socket("send", each) for each in _OUTGOING}
    events = {f"tell_{name}": {"action": "send", "channel": {"$ref": f"#/channels/{name}"}} for name in names}
    return received | sent | events
