"""Follow the signals of a hub: `python follow.py http://127.0.0.1:8000 you@example.com PASSWORD`."""

import asyncio
import sys

from caerus_client.events import Signal
from caerus_client.rest import HubClient
from caerus_client.states import State
from caerus_client.stream import Event, Stream, Subscribed
from caerus_client.topics import SIGNALS


def show_state(state: State) -> None:
    print(f"-- {state}", flush=True)


async def follow(url: str, email: str, password: str) -> None:
    """Keep the open signals by id: a snapshot first, then every event above it, through any number of breaks."""
    known: dict[str, Signal] = {}
    async with HubClient(url) as hub:
        await hub.login(email, password)
        stream = Stream(url, hub.token, {SIGNALS: None}, renew=hub.renew, on_state=show_state)
        async for found in stream.events():
            if isinstance(found, Subscribed) and not found.recovered:
                # the position is taken: what happens while this loads is not lost, it comes afterwards
                page = await hub.signals("open")
                known = {each["id"]: SIGNALS.of(each) for each in page["items"]}
                print(f"{len(known)} open signals", flush=True)
            elif isinstance(found, Event) and SIGNALS.has(found):
                signal = SIGNALS.read(found)
                known[str(signal.id)] = signal
                print(
                    f"{found.type} {signal.id} {signal.side} {signal.instrument} at {signal.entry}",
                    flush=True,
                )


if __name__ == "__main__":
    asyncio.run(follow(*sys.argv[1:4]))
