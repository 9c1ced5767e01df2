"""A guard's whole way through a terminal in its worst mood: looks through the package's adapter, the hub's guards and closures,
commands over HTTP, a gateway's carrier and closer. Nothing of it is replaced but the terminal, and time, which is simulated.
"""

import uuid
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from caerus_client.device import DeviceClient
from caerus_client.keys import encode_secret
from caerus_client.models import Ack, OpenCommand, Poll, SealedCommand
from caerus_client.sealing import Envelope
from caerus_client.times import rfc3339
from msgspec import json
from msgspec.structs import replace

from hub.core import clock
from hub.core.ids import uuid7
from hub.core.problems import Problem
from hub.trading.accounts import service as accounts
from hub.trading.accounts.gateways import Ask, Place
from hub.trading.closing import service as closing
from hub.trading.positions import store, take
from tests.hubs import RunningHub
from tests.trading.looks import Broker as Known
from tests.trading.looks import Verified, verified
from tests.workers.mt5.markets import MINUTE, walk
from tests.workers.mt5.moody import MoodyMetaTrader5
from tests.workers.mt5.worst import secrets
from workers.mt5.book import Book
from workers.mt5.carrier import Carrier
from workers.mt5.errors import MT5Error
from workers.mt5.follower import Follower
from workers.mt5.gateway import Gateway
from workers.mt5.journal import Journal
from workers.mt5.looks import Reader
from workers.mt5.marks import mark_of
from workers.mt5.package import PackageDriver
from workers.mt5.post import Post
from workers.mt5.sender import Sender
from workers.mt5.session import SessionManager
from workers.mt5.settings import Mt5Settings
from workers.mt5.simulated import GOLD, WORST, Broker, SimulatedClock, SimulatedDriver

STORM = replace(WORST, clock_off=timedelta(0))
"""The clock that is two hours off is the package's, which the adapter has to find out."""
AHEAD = timedelta(hours=2)
BEFORE = timedelta(hours=12)
"""It is played in the past, so that nothing of it is in the future of other tests: a quote would be the newest there."""
TURN = 15.0
"""Seconds between two looks, at most, beside what calls take."""
NOTHING = Envelope(v=1, key_version=1, nonce="", ciphertext="")


class Line(DeviceClient):
    """To the hub, which besides lists these opens: they are what the person approved."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.opens: dict[str, OpenCommand] = {}
        self.said: dict[str, list[str]] = {}

    async def poll(self, since: str | int | None = None, wait: int = 0) -> Poll:
        found = await super().poll(since, 0)
        ours = [
            SealedCommand(id=id, kind="open", issued_at="", sealed=NOTHING)
            for id in self.opens
            if id not in self.said
        ]
        return Poll(cursor=found.cursor, commands=(*ours, *found.commands))

    def open(self, sealed: SealedCommand) -> bytes:
        return json.encode(self.opens[sealed.id]) if sealed.id in self.opens else super().open(sealed)

    async def ack(self, ack: Ack) -> Any:
        if ack.command_id not in self.opens:
            return await super().ack(ack)
        self.said.setdefault(ack.command_id, []).append(ack.status)
        return {}


class Storm:
    """One account from its first trade to the last close. `guarded`: whether what guards decide is carried out."""

    def __init__(self, hub: RunningHub, mine: Verified, seed: int, mood: Any, guarded: bool) -> None:
        self.hub, self.mine, self.guarded = hub, mine, guarded
        self.random, self.counts = Random(seed), Counter[str]()
        self.clock = SimulatedClock((clock.now() - BEFORE).replace(second=0, microsecond=0))
        place = Place(mine.broker.server, mine.broker.login)
        at = self.clock.now() - timedelta(days=2)
        self.broker = Broker(
            GOLD, deposit=10_000_00, leverage=500, stop_out=-(10**9), login=int(place.login), server=place.server, at=at
        )  # fmt: skip
        self.driver = SimulatedDriver(self.broker, self.clock, mood, seed)
        package = MoodyMetaTrader5(self.driver, self.clock, zone=AHEAD)
        self.gateway = Gateway(PackageDriver(package, clock=self.clock), clock=self.clock, only=place)
        self.reader = Reader(self.gateway, [GOLD.name])
        limits = Mt5Settings(symbol_map=f"XAUUSD={GOLD.name}", mode="copy", max_volume=0, max_spread_points=0)
        given = secrets(MT5_LOGIN=place.login, MT5_SERVER=place.server)
        self.session = SessionManager(self.gateway, given, limits, clock=self.clock)
        self.journal, self.book = Journal(":memory:"), Book(":memory:", now=self.clock.now)
        self.sender = Sender(self.gateway, self.journal, clock=self.clock, place=place)
        key = encode_secret(mine.device.key)
        self.line = Line(hub.base_url, mine.device.id, key, now=self.clock.now)
        post = Post(place, self.session, self.sender, self.book, self.line.clock)
        self.carrier = Carrier(post, limits, lambda: 0.0, lambda: True)
        self.follower = Follower(post, self.carrier)
        self.peak = 10_000_00
        self.breached: float | None = None
        self.decided: float | None = None
        self.blind = self.late = self.took = 0.0

    async def play(self, bars: int) -> "Storm":
        """Until everything that was open is closed, after so many bars at most; then the weather clears."""
        async with self.line:
            for bar in walk(self.random.random(), bars, step=1.0):
                self._move(bar)
                for _ in range(3):
                    await self._turn()
                    self.clock.sleep(self.random.uniform(0, TURN))
                if self.decided is not None and not self.broker.books.positions:
                    break
            await self._clears()
        self.gateway.close()
        return self

    def _move(self, bar: Any) -> None:
        """A minute of a market that falls by a dollar more than it wanders; half the time somebody buys."""
        self.counts["bars"] += 1
        opened, fall = int(self.clock.now().timestamp()), -1.0 * self.counts["bars"]
        prices = [round(price + fall, 2) for price in bar[1:5]]
        self.clock.sleep(MINUTE)
        self.driver.arrive()
        self.broker.on_bar(
            GOLD.name, bar._replace(time=opened, **dict(zip(bar._fields[1:5], prices, strict=True))), MINUTE
        )
        if self.decided is None and self.random.random() < 0.5:
            self._approve()
        self._truth()

    def _approve(self) -> None:
        quote, now = self.broker.listings[GOLD.name].quote, self.clock.now()
        assert quote is not None
        id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        ends = rfc3339(now + timedelta(minutes=3))
        self.line.opens[id] = OpenCommand(
            command_id=id, signal_id="s", approval_id="a", instrument="XAUUSD", side="buy", order_type="market",
            entry=str(quote.ask), stop=str(quote.ask - 500), target=str(quote.ask + 500), issued_at=rfc3339(now),
            expires_at=ends, volume="0.25",
        )  # fmt: skip

    def _truth(self) -> None:
        """Whether the account has lost a fifth of the best that was seen, by the broker's own books."""
        if self.breached is None and self.broker.account().equity * 5 <= self.peak * 4:
            self.breached = self.clock.monotonic()

    async def _turn(self) -> None:
        """What `caerus work` and a gateway do all the time."""
        began = self.clock.monotonic()
        try:
            await self._look()
            await self.sender.resolve()
        except (MT5Error, Problem) as error:
            self.counts[type(error).__name__] += 1
            if self.decided is None:
                self.blind = self.clock.monotonic()
        await self._decide()
        try:
            await self.line.step(self.carrier, self.book)
            await self.follower.follow()
            await self.line.flush(self.book)
        except MT5Error as error:
            self.counts[type(error).__name__] += 1
        self._truth()
        self.counts["longest turn"] = max(self.counts["longest turn"], int(self.clock.monotonic() - began))
        if self.decided is not None and not self.broker.books.positions and not self.took:
            self.took = self.clock.monotonic() - self.decided

    async def _look(self) -> None:
        await self.session.ensure_connected()
        known = await store.standing(self.hub.res.db, UUID(self.mine.id))
        assert known is not None
        ask = Ask(uuid7(), self.random.choice(["quick", "deals"]), known.taken_at, quotes=True)
        held = await accounts.get(self.hub.res.db, UUID(self.mine.id), self.mine.person.id)
        look = await self.reader.read(ask, await self.session.found(), self.clock.now())
        await take.from_source(self.hub.res, held, look)
        seen = await store.standing(self.hub.res.db, UUID(self.mine.id))
        assert seen is not None
        self.peak = seen.mark.peak_equity
        self._truth()
        self.counts["looks"] += 1

    async def _decide(self) -> None:
        if self.decided is None and await self.closures():
            self.decided = self.clock.monotonic()
            # one that was over again when it was acted on was no breach of the broker's books now
            self.late = self.decided - max(self.breached or self.decided, self.blind)
        if self.guarded:
            await closing.advance(self.hub.res)

    async def _clears(self) -> None:
        """What is unknown is proven, what is closed is told."""
        self.driver.mood = replace(STORM, **dict.fromkeys(_ACCIDENTS, 0.0))
        for _ in range(12):
            self.clock.sleep(MINUTE)
            await self._turn()

    async def closures(self) -> list[Any]:
        query = "select ticket, state, attempts from trading.closures where account_id = $1::text::uuid order by ticket"
        return await self.hub.rows(query, self.mine.id)

    async def judge(self) -> dict[str, int]:
        """What is wrong, by name, by the broker's books and the hub's."""
        wrong = Counter[str]()
        listed = {each.ticket: each for each in [*self.broker.past, *self.broker.orders()]}.values()
        for key in [*self.line.opens, *(entry.key for entry in self.journal.in_state("placed"))]:
            mark = mark_of(key)
            taken = [
                each for each in listed if each.comment.startswith(mark.comment) and each.state != "rejected"
            ]
            wrong["twice"] += max(len(taken) - 1, 0)
        for id, said in self.line.said.items():
            there = any(each.comment == mark_of(id).comment and each.state != "rejected" for each in listed)
            wrong["said otherwise"] += there != (said[-1] in ("placed", "closed"))
        query = "select ticket from trading.positions where account_id = $1::text::uuid and closed_at is null"
        shown = {int(row["ticket"]) for row in await self.hub.rows(query, self.mine.id)}
        wrong["untracked by the hub"] = len(shown ^ set(self.broker.books.positions))
        wrong["left open"] = len(self.broker.books.positions)
        wrong["closures not done"] = sum(each["state"] != "closed" for each in await self.closures())
        wrong["left unknown"] = len(self.journal.in_state("unknown"))
        query = "select deal, at from trading.deals where account_id = $1::text::uuid"
        told = {row["deal"]: row["at"] for row in await self.hub.rows(query, self.mine.id)}
        for deal in self.broker.books.deals:
            at = told.pop(str(deal.ticket), None)
            wrong["deals lost"] += at is None
            wrong["deals at another time"] += at is not None and not timedelta(0) <= deal.at - at < timedelta(
                milliseconds=2
            )
        wrong["deals invented"] = len(told)
        return dict(+wrong)


_ACCIDENTS = (
    "reject", "requote", "partial", "no_answer", "late", "lost", "cut", "offline", "stall", "twice", "vanish", "no_login",
)  # fmt: skip


async def storm(
    hub: RunningHub,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    *,
    bars: int = 90,
    mood: Any = STORM,
    guarded: bool = True,
) -> Storm:
    """One that was played, of somebody new."""
    mine = await verified(hub, at=Known(f"Storm-{uuid.uuid4().hex[:8]}"))
    query = """update trading.account_states set taken_at = taken_at - $2::interval, received_at = received_at - $2::interval
               where account_id = $1::text::uuid"""
    await hub.rows(query, mine.id, 2 * BEFORE)
    made = Storm(hub, mine, seed, mood, guarded)
    with monkeypatch.context() as patched:
        patched.setattr(clock, "now", made.clock.now)
        return await made.play(bars)
