"""Runs a conformance scenario against `caerus_client.stream`, over a real socket and by a clock of its own."""

import asyncio
from contextlib import aclosing
from typing import Any

from caerus_client.errors import SignedOut, StreamClosed, Unreachable
from caerus_client.states import Connecting, Ended, Live, Offline
from caerus_client.stream import Event, Stream, Subscribed, Told

from tests.client.fakehub import until
from tests.client.manualclock import ManualClock
from tests.client.scenarios import POLICY, Scenario
from tests.client.wirehub import Peer, WireHub

DRAW = 0.5
STATES = {"live": Live, "connecting": Connecting}


class Follower:
    """The client under test, and whoever uses it: loads snapshots, and writes down what it was told."""

    def __init__(self, url: str, scenario: Scenario, clock: ManualClock, encoding: Any) -> None:
        self.log: list[str] = []
        self.held: dict[str, asyncio.Event] = {}
        self.ended: StreamClosed | None = None
        self.token, self.renewal = scenario.token, ""
        topics = dict.fromkeys(scenario.follow)
        self.stream = Stream(
            url,
            self._token,
            topics,
            renew=self._renew,
            encoding=encoding,
            clock=clock,
            draw=lambda: DRAW,
        )

    async def run(self) -> None:
        try:
            async with aclosing(self.stream.events()) as events:
                async for told in events:
                    await self._use(told)
        except StreamClosed as closed:
            self.ended = closed

    async def _use(self, told: Told) -> None:
        if isinstance(told, Event):
            assert told.data == {"n": told.offset}
            self.log.append(f"{told.topic} {told.offset}")
        elif not isinstance(told, Subscribed):
            self.log.append(f"{told.topic or 'hub'} refused {told.problem['status']}")
        elif not told.recovered:
            self.log.append(f"{told.topic} snapshot")
            if told.topic in self.held:
                await self.held[told.topic].wait()

    async def _token(self) -> str:
        return self.token

    async def _renew(self) -> bool:
        if self.renewal == "unreachable":
            raise Unreachable("the hub gives no verdict")
        self.token = self.renewal or self.token
        return bool(self.renewal)


class Run:
    """One scenario under way. Each step's verb is a method of this name."""

    def __init__(self, hub: WireHub, follower: Follower, clock: ManualClock, within: float) -> None:
        self._hub, self._follower, self._clock, self._within = hub, follower, clock, within
        self._peer: Peer

    async def play(self, scenario: Scenario) -> None:
        task = asyncio.create_task(self._follower.run())
        try:
            for number, (verb, argument) in enumerate(scenario.steps):
                try:
                    async with asyncio.timeout(self._within):
                        await getattr(self, verb)(*([argument] if argument is not True else []))
                except TimeoutError:
                    raise AssertionError(f"step {number}, {verb} {argument}: {self._standing()}") from None
                if verb == "stop":
                    task.cancel()
            assert self._follower.log == [], "told more than the script says"
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _standing(self) -> str:
        return f"nothing came of it; state {self._follower.stream.state}, told {self._follower.log}"

    # what the hub does

    async def accept(self, token: str) -> None:
        knock = await self._hub.knocks.get()
        assert knock.offered == f"caerus.v1.{self._hub.encoding}"
        self._peer = await knock.accept(knock.offered)
        await self.expect({"op": "auth", "token": token})

    async def accept_bare(self) -> None:
        self._peer = await (await self._hub.knocks.get()).accept()

    async def refuse(self, status: int) -> None:
        (await self._hub.knocks.get()).decision.set_result(status)

    async def ready(self) -> None:
        await self._peer.send({"op": "ready", "session": "s1", "heartbeat": 25})

    async def greet(self, token: str) -> None:
        await self.accept(token)
        await self.ready()

    async def expect(self, wanted: dict[str, Any]) -> None:
        frame = await self._peer.inbox.get()
        self._peer.last_id = frame.pop("id", None)
        assert frame == wanted

    async def admit(self, answer: dict[str, Any]) -> None:
        since = {} if answer["since"] is None else {"since": answer["since"]}
        await self.expect({"op": "sub", "topic": answer["topic"], **since})
        answered = {key: value for key, value in answer.items() if key != "since"}
        await self._peer.send({"op": "sub", "id": self._peer.last_id, **answered})

    async def send(self, frame: dict[str, Any]) -> None:
        await self._peer.send({k: self._peer.last_id if v == "$id" else v for k, v in frame.items()})

    async def events(self, topic_and_offsets: list[Any]) -> None:
        topic, *offsets = topic_and_offsets
        for offset in offsets:
            await self._peer.event(topic, offset)

    async def raw(self, text: str) -> None:
        await self._peer.raw(text.encode())

    async def close(self, code: int) -> None:
        await self._peer.socket.close(code=code)

    async def drop(self) -> None:
        self._peer.drop()

    async def gone(self) -> None:
        await self._peer.gone.wait()

    async def fence(self) -> None:
        await self._peer.fence()

    async def elapse(self, seconds: float) -> None:
        await self._clock.elapse(seconds, self._within)

    async def waits(self, seconds: float) -> None:
        await self._clock.awaited(seconds, self._within)

    # what whoever uses the client does

    async def follow(self, topic: str) -> None:
        await self._follower.stream.follow(topic)

    async def unfollow(self, topic: str) -> None:
        await self._follower.stream.unfollow(topic)

    async def hold(self, topic: str) -> None:
        self._follower.held[topic] = asyncio.Event()

    async def loaded(self, topic: str) -> None:
        self._follower.held.pop(topic).set()

    async def token(self, token: str) -> None:
        self._follower.token = token

    async def renewal(self, token: str | None) -> None:
        self._follower.renewal = token or ""

    async def authenticate(self) -> None:
        await self._follower.stream.authenticate()

    async def stop(self) -> None:
        """The caller stops pulling; `play` ends its task."""

    # what must be seen

    async def told(self, wanted: list[str]) -> None:
        log = self._follower.log
        await until(lambda: len(log) >= len(wanted) or log != wanted[: len(log)], self._within)
        seen = log[: len(wanted)]
        del log[: len(wanted)]
        assert seen == wanted

    async def unmoved(self) -> None:
        assert self._follower.log == []

    async def state(self, wanted: str) -> None:
        await until(lambda: isinstance(self._follower.stream.state, STATES[wanted]), self._within)

    async def offline(self, wanted: dict[str, Any]) -> None:
        await until(lambda: isinstance(self._follower.stream.state, Offline), self._within)
        state = self._follower.stream.state
        assert isinstance(state, Offline)
        pause = (state.next_attempt_at - self._clock.now()).total_seconds()
        assert pause == paused(wanted)
        if "for" in wanted:
            assert (self._clock.now() - state.since).total_seconds() == wanted["for"]
        if wanted.get("wait", True):
            await self._clock.elapse(pause, self._within)

    async def ended(self, wanted: dict[str, Any]) -> None:
        stream = self._follower.stream
        await until(lambda: isinstance(stream.state, Ended), self._within)
        assert isinstance(stream.state, Ended) and stream.state.reason == wanted["reason"]
        assert stream.state.code == wanted.get("code", stream.state.code)
        if wanted["reason"] != "stopped":
            await until(lambda: self._follower.ended is not None, self._within)
            assert isinstance(self._follower.ended, SignedOut) == (wanted["reason"] == "signed_out")
        await until(lambda: self._clock.idle, self._within)
        assert self._hub.knocks.empty()


def paused(wanted: dict[str, Any]) -> float:
    """Seconds of a pause, when a draw from [0, 1) is always DRAW."""
    base, cap, long = (POLICY["backoff"][name] for name in ("base", "cap", "long"))
    if wanted.get("long"):
        return long + DRAW * long
    return DRAW * min(cap, base * 2 ** wanted["jitter"])


async def play(scenario: Scenario, encoding: str, within: float = 10.0) -> None:
    """Raises AssertionError when the client does not do what the scenario says."""
    clock = ManualClock()
    async with WireHub(encoding) as hub:
        follower = Follower(hub.url, scenario, clock, encoding)
        await Run(hub, follower, clock, within).play(scenario)
