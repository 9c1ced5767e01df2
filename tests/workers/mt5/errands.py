"""Commands for a terminal in its worst mood, carried out by a gateway that dies now and then: its own code but for the line."""

import uuid
from collections import Counter
from datetime import timedelta
from random import Random

import msgspec
from caerus_client.device import DeviceClient
from caerus_client.models import Bounds, CancelCommand, CloseCommand, OpenCommand, Poll, SealedCommand
from caerus_client.sealing import Envelope
from caerus_client.times import rfc3339

from hub.trading.accounts.gateways import Place
from tests.client.fakehub import DEVICE, DEVICE_SECRET_SHOWN
from tests.workers.mt5.markets import Market, walk
from tests.workers.mt5.worst import secrets
from workers.mt5.book import Book
from workers.mt5.carrier import Carrier
from workers.mt5.errors import MT5Error
from workers.mt5.follower import Follower
from workers.mt5.gateway import Gateway
from workers.mt5.journal import Journal
from workers.mt5.marks import mark_of
from workers.mt5.post import Post
from workers.mt5.sender import Sender
from workers.mt5.session import SessionManager
from workers.mt5.settings import Mt5Settings
from workers.mt5.simulated import CALM, WORST

SYMBOL = "GOLD.r"
PLACE = Place("Simulated", "1")
NOTHING = Envelope(v=1, key_version=1, nonce="", ciphertext="")


class Died(Exception):
    """The process, at the worst of moments."""


class Wire(DeviceClient):
    """A hub without a network: what it lists, and what it was told, the last word first believed."""

    def __init__(self, clock):
        super().__init__("http://127.0.0.1:1", DEVICE, DEVICE_SECRET_SHOWN, now=clock.now)
        self.listed, self.issued, self.said = {}, {}, {}

    def issue(self, command):
        self.issued[command.command_id] = self.listed[command.command_id] = command

    async def poll(self, since=None, wait=0):
        now = self.clock()
        for id, each in list(self.listed.items()):
            if isinstance(each, OpenCommand) and each.expires_at <= rfc3339(now):
                del self.listed[id]
        sealed = [SealedCommand(id=id, kind="open", issued_at="", sealed=NOTHING) for id in self.listed]
        return Poll(cursor="1", commands=tuple(sealed))

    def open(self, sealed):
        return msgspec.json.encode(self.listed[sealed.id])

    async def ack(self, ack):
        self.listed.pop(ack.command_id, None)
        self.said.setdefault(ack.command_id, []).append(ack)
        return {}


class Dying(Sender):
    """Its process dies after one order in so many, when the broker may have it and nobody has written that down."""

    random, chance = Random(1), 0.0

    async def _hand_in(self, entry, unless):
        outcome = await super()._hand_in(entry, unless)
        if self.random.random() < self.chance:
            raise Died
        return outcome


class Unlooking(Carrier):
    """It places without a look at the broker's books."""

    async def _there(self, command):
        return None


class Errands:
    """`forgets`: with the process its files are gone too. `kind` of carrier."""

    def __init__(self, folder, *, seed=1, bars=400, forgets=False, kind=Carrier):
        self.market, self.random, self.counts = Market(WORST, seed, deposit=10**9), Random(seed), Counter()
        self.folder, self.bars, self.forgets, self.kind = folder, bars, forgets, kind
        self.wire, self.life = Wire(self.market.clock), 0
        self.limits = Mt5Settings(symbol_map=f"XAUUSD={SYMBOL}", mode="copy", max_volume=0)
        Dying.random, Dying.chance = Random(seed), 0.08
        self.born()

    def born(self):
        """A process begins, with the files of the last one."""
        self.life += self.forgets
        clock = self.market.clock
        gateway = Gateway(self.market.driver, clock=clock, only=PLACE)
        self.book = Book(self.folder / f"{self.life}.commands.db", now=clock.now)
        self.journal = Journal(self.folder / f"{self.life}.db")
        sender = Dying(gateway, self.journal, clock=clock, place=PLACE)
        self.session = SessionManager(gateway, secrets(), self.limits, clock=clock)
        self.post = Post(PLACE, self.session, sender, self.book, self.wire.clock)
        self.carrier = self.kind(self.post, self.limits, lambda: 0.0, lambda: True)
        self.follower, self.gateway = Follower(self.post, self.carrier), gateway

    def calm(self):
        """Nothing goes wrong, and there is a quote."""
        self.market.driver.mood, Dying.chance = CALM, 0.0
        self.market.step(next(iter(walk(1, 1))))
        return self

    def dies(self):
        self.counts["died"] += 1
        self.gateway.close()
        self.book.close()
        self.journal.close()
        self.born()

    async def play(self):
        for bar in walk(self.random.random(), self.bars):
            self.market.step(bar)
            self._issue()
            for _ in range(3):
                await self._turn()
                self.market.clock.sleep(self.random.uniform(0, 8))
        await self._settle()
        self.gateway.close()
        return self

    async def _turn(self):
        try:
            await self.wire.step(self.carrier, self.book)
            await self.follower.follow()
            await self.wire.flush(self.book)
        except MT5Error as error:
            self.counts[type(error).__name__] += 1
        except Died:
            self.dies()

    def _issue(self):
        draw, held = self.random.random(), list(self.market.broker.books.positions)
        id = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        names = {"command_id": id, "signal_id": "s", "approval_id": "a"}
        opens = [each for each in self.wire.issued.values() if isinstance(each, OpenCommand)]
        now = self.market.clock.now()
        if draw < 0.4:
            self.wire.issue(self._open(names, now))
        elif draw < 0.55 and held:
            ticket = str(self.random.choice(held))
            self.wire.issue(CloseCommand(command_id=id, ticket=ticket, issued_at=rfc3339(now)))
        elif draw < 0.65 and opens:
            self.wire.issue(CancelCommand(**names, opens=self.random.choice(opens[-20:]).command_id))

    def _open(self, names, now):
        quote = self.market.broker.listings[SYMBOL].quote
        side, kind = self.random.choice(["buy", "sell"]), self.random.choice(["market", "limit", "stop"])
        sign = 1 if side == "buy" else -1
        away = {"market": 0, "limit": -2, "stop": 2}[kind]
        entry = (quote.ask if side == "buy" else quote.bid) + sign * away
        expires = now + timedelta(minutes=self.random.randint(2, 200))
        return OpenCommand(
            **names, instrument="XAUUSD", side=side, order_type=kind, entry=str(entry),
            stop=str(entry - sign * 8), target=str(entry + sign * 8), issued_at=rfc3339(now),
            expires_at=rfc3339(expires), volume=self.random.choice([None, "0.10"]),
            bounds=Bounds(max_drift_points=500.0),
        )  # fmt: skip

    async def _settle(self):
        """The storm is over, and lasts until every order that waits has ended: none lives for longer than 200 minutes."""
        self.market.driver.mood, Dying.chance = CALM, 0.0
        for _ in range(210):
            self.market.clock.sleep(60)
            await self._turn()

    def of_command(self, id):
        """The broker's orders of a command, by its own records, that it did not reject."""
        broker, mark = self.market.broker, mark_of(id)
        listed = {each.ticket: each for each in [*broker.past, *broker.orders()]}
        # a position's end by stop or target is an order of the broker's own, with our magic number
        return [each for each in listed.values() if each.comment == mark.comment and each.state != "rejected"]

    def judge(self):
        """What is wrong, by name: orders placed twice, words that the broker's records contradict, what nobody knows."""
        opens = [id for id, each in self.wire.issued.items() if isinstance(each, OpenCommand)]
        wrong = Counter()
        for id in opens:
            orders, said = self.of_command(id), [ack.status for ack in self.wire.said.get(id, [])]
            last = said[-1] if said else None
            self.counts[f"open {last}"] += 1
            wrong["twice"] += max(len(orders) - 1, 0)
            wrong["said not placed"] += bool(orders) and last not in ("placed", "closed")
            wrong["said placed"] += not orders and last in ("placed", "closed")
            wrong["unknown"] += last == "unknown"
            wrong["over, and not told"] += bool(orders) and last == "placed" and not self._stands(id)
        for each in self.wire.issued.values():
            if isinstance(each, CloseCommand):
                self._judge_close(each, wrong)
        wrong["left acting"] = len(self.book.in_state("acting"))
        return +wrong

    def _stands(self, id):
        mark, broker = mark_of(id), self.market.broker
        return any(mark.on(each) for each in [*broker.positions(), *broker.orders()])

    def _judge_close(self, command, wrong):
        said = [ack.status for ack in self.wire.said.get(command.command_id, [])]
        last, is_open = said[-1] if said else None, int(command.ticket) in self.market.broker.books.positions
        self.counts[f"close {last}"] += 1
        wrong["said closed"] += last == "closed" and is_open
        wrong["close unknown"] += last in (None, "unknown")
