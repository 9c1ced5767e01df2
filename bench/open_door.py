"""The hub with three endpoints that do nothing: for anybody and uncounted, behind guard and limits, for terminals."""

from msgspec import Struct

from hub import rooms
from hub.core import guards
from hub.core.web import Api, Call
from hub.trading.devices.guards import device

api = Api("/bench", tag="bench")


class Nothing(Struct, frozen=True):
    """The smallest answer."""


@api.get("/open", guard=guards.public, limit="none")
async def get_open(call: Call) -> Nothing:
    """Anybody, uncounted."""
    return Nothing()


@api.get("/guarded", guard=guards.signed_in)
async def get_guarded(call: Call) -> Nothing:
    """A person with a token, counted, with a session that is looked up."""
    return Nothing()


@api.get("/signed", guard=device)
async def get_signed(call: Call) -> Nothing:
    """A terminal: its key looked up and derived, signature, time and nonce checked, then counted."""
    return Nothing()


rooms.APIS.append(api)

if __name__ == "__main__":
    from hub.cli import main

    main()
