"""Ten thousand bars against a terminal in its worst mood: what a sender does, and what the broker holds then."""

import asyncio
import uuid
from collections import Counter
from decimal import Decimal
from random import Random

import msgspec

from hub.core.secrets import Secrets
from hub.core.settings import AppSettings
from hub.trading.risk import rules
from hub.trading.risk.models import Caps, Standing
from tests.workers.mt5.markets import Market, walk
from workers.mt5.errors import MT5Error
from workers.mt5.journal import Journal
from workers.mt5.marks import mark_of
from workers.mt5.models import OrderRequest
from workers.mt5.outcomes import ABSENT
from workers.mt5.sender import Sender
from workers.mt5.session import SessionManager
from workers.mt5.settings import Mt5Settings
from workers.mt5.simulated import CALM, WORST

SYMBOL = "GOLD.r"


class Given:
    """A provider of secrets that holds these."""

    place = "test provider"

    def __init__(self, **values):
        self.values = values

    def snapshot(self):
        return self.values.get


def secrets(**more):
    given = {"MT5_LOGIN": "1", "MT5_PASSWORD": "secret", "MT5_SERVER": "Simulated"} | more
    return Secrets(AppSettings(), Given(**given))


class Careless(Sender):
    """The sender without the look-up: what was not answered is taken to be absent."""

    async def resolve(self):
        unknown = self._journal.in_state("unknown")
        for entry in unknown:
            self._journal.record(entry, ABSENT)
        return {entry.key: ABSENT for entry in unknown}


class Hasty(Sender):
    """The sender that believes the first look, however soon and whatever the connection."""

    async def _sure_of_connection(self):
        return None

    async def _is_absent(self, entry):
        return True


class Run:
    def __init__(self, kind=Sender, *, mode="hedging", seed=1, bars=10_000, start=2000.0, mood=WORST):
        self.market = Market(mood, seed, mode=mode, deposit=10**9, leverage=500)
        self.random, self.counts = Random(seed), Counter()
        self.journal = Journal(":memory:")
        clock = self.market.clock
        self.sender = kind(self.market.gateway, self.journal, clock=clock)
        settings = Mt5Settings(max_failures=5, backoff_seconds=300)
        self.session = SessionManager(self.market.gateway, secrets(), settings, clock=clock)
        self.bars, self.start = bars, start
        self.asked = {}
        self.again = set()

    async def play(self):
        for bar in walk(self.random.random(), self.bars, start=self.start):
            self.market.step(bar)
            self.counts["bars"] += 1
            try:
                await self._turn()
            except MT5Error as error:
                self.counts[type(error).__name__] += 1
            self.counts["untracked"] += self._untracked()
        await self._settle()
        return self

    async def _turn(self):
        await self.session.ensure_connected()
        await self._look()
        if self.random.random() < 0.6:
            await self._new()
        for _ in range(3):
            self.market.clock.sleep(self.random.uniform(0, 8))
            await self._look()

    async def _look(self):
        """Prove what can be proven, and send again what may be."""
        for key, outcome in (await self.sender.resolve()).items():
            self.counts[f"proven {outcome.state}"] += 1
            if outcome.may_be_sent:
                self.again.add(key)
        for key in sorted(self.again):
            self.again.discard(key)
            await self._send(key)

    async def _new(self):
        key = self._key()
        held = await self.market.gateway.positions()
        if held and self.random.random() < 0.55:
            request = OrderRequest("close", SYMBOL, position=self.random.choice(held).ticket, deviation=100)
        else:
            request = await self._opening()
        self.asked[key] = request
        await self._send(key)

    def _key(self):
        """Half of them are named as the hub names commands: that mark has no room for the attempt."""
        if len(self.asked) % 2:
            return str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        return f"order {len(self.asked)}"

    async def _opening(self):
        quote = await self.market.gateway.quote(SYMBOL)
        side = self.random.choice(["buy", "sell"])
        sign = 1 if side == "buy" else -1
        filling = self.random.choice(["fok", "ioc", "return"])
        more = {"volume": Decimal(self.random.randint(1, 20)) / 100, "filling": filling}
        if self.random.random() < 0.3:
            entry = quote.bid - sign * Decimal(self.random.randint(100, 300)) / 100
            kind = {"kind": "limit", "price": entry, "stop": entry - sign * 5, "target": entry + sign * 5}
            return OrderRequest("pending", SYMBOL, side, **kind, **more)
        stops = {"stop": quote.bid - sign * 5, "target": quote.bid + sign * 5}
        return OrderRequest("market", SYMBOL, side, deviation=40, **stops, **more)

    async def _send(self, key):
        outcome = await self.sender.send(key, self.asked[key])
        self.counts[f"sent, {outcome.state}"] += 1
        if outcome.may_be_sent and self.random.random() < 0.5:
            self.again.add(key)

    async def _settle(self):
        """The storm is over: everything unknown is proven."""
        self.market.driver.mood = CALM
        for _ in range(20):
            self.market.clock.sleep(60)
            try:
                await self.session.ensure_connected()
                await self.sender.resolve()
            except MT5Error:
                self.counts["failed after the storm"] += 1
        self.counts["left unknown"] = len(self.journal.in_state("unknown"))
        self.counts["untracked by the gateway"] = len(await self.sender.untracked())
        self.market.gateway.close()

    def _untracked(self):
        """Positions at the broker, as it knows them, whose order the journal neither knows placed nor unknown."""
        wrong = 0
        for held in self.market.broker.books.positions.values():
            key = self.journal.owner(held.magic)
            entry = key and self.journal.find(key)
            wrong += not entry or entry.outcome.state not in ("placed", "unknown")
        return wrong

    def taken(self):
        """How often the broker took an order, by its own records: a stop that ends it has its magic and not its comment."""
        broker, marks = self.market.broker, {mark.magic: mark for mark in map(mark_of, self.asked)}
        listed = {each.ticket: each for each in [*broker.past, *broker.orders()]}
        return Counter(
            order.magic
            for order in listed.values()
            if order.state != "rejected"
            and order.magic in marks
            and order.comment.startswith(marks[order.magic].comment)
        )

    def twice(self):
        """Orders the broker took more than once."""
        return sum(count - 1 for count in self.taken().values())

    def wrong(self):
        """Keys whose outcome says otherwise than the broker's records."""
        said = {mark_of(entry.key).magic for entry in self.journal.in_state("placed")}
        return len(set(self.taken()) ^ said)

    def report(self):
        lines = {**self.counts, "twice": self.twice(), "outcome wrong": self.wrong()}
        shown = [f"{name}: {count}" for name, count in sorted(lines.items())]
        did = [f"{name}: {count}" for name, count in sorted(self.market.driver.done.items())]
        return "\n".join([", ".join(shown), "the mood: " + ", ".join(did)])


CAPS = Caps(40, 0, 80, 0, 10_000, 10_000, 10_000, None)
"""Everything is closed at 0.8 % below the peak of what is watched."""
APART = 10**9 - 5 * 10**6
"""Of the deposit this much is not watched: 400 of the other 50,000 dollars are a few trades."""
BACKOFF, BAR, CALLS = 300.0, 60.0, 4 * 33.0
BOUND = BACKOFF + BAR + CALLS
"""Seconds after the breach, or after the last look that failed since: a circuit is open so long, the next turn comes a
bar later, and each of its calls may stall for 30 s and take 3.
"""


class Guarded(Run):
    """A run whose account is judged at every look; a breach that was seen begins anew from where equity is. That what is seen
    is closed too is the matter of `tests/trading/test_guard_in_storm.py`.
    """

    def __init__(self, *kind, **more):
        super().__init__(*kind, **more)
        self.peak = 0
        self.breached = None
        self.late, self.unseen = [], 0

    async def _turn(self):
        self._really()
        try:
            await super()._turn()
            await self._judge()
        except MT5Error:
            self._failed()
            raise

    def _really(self):
        """Whether the account is below its limit, by the broker's books."""
        below = self._verdict(self.market.broker.account().equity).outcome == "liquidate"
        now = self.market.clock.monotonic()
        if not below:
            self.unseen += self.breached is not None
            self.breached = None
        elif self.breached is None:
            self.breached = now

    def _failed(self):
        if self.breached is not None:
            self.breached = self.market.clock.monotonic()

    async def _judge(self):
        terminal, account = await self.market.gateway.terminal(), await self.market.gateway.account()
        if not terminal.connected:
            self.counts["looks at what was"] += 1
            self._failed()
            return
        if self._verdict(account.equity).outcome != "liquidate":
            self.peak = max(self.peak, account.equity)
            return
        self.late.append(0.0 if self.breached is None else self.market.clock.monotonic() - self.breached)
        self.peak, self.breached = account.equity, None

    def report(self):
        worst = max(self.late, default=0.0)
        return (
            f"{super().report()}\nthe guard: {len(self.late)} trips, the latest {worst:.1f} s after it could be seen, "
            f"bound {BOUND:.0f} s; {self.unseen} breaches were over before a look could be had"
        )

    def _verdict(self, equity):
        self.peak = self.peak or equity
        watched, peak = equity - APART, self.peak - APART
        return rules.account(Standing(watched, peak, peak, 0, 0), self.caps, 120_000)

    caps = CAPS


class Blind(Guarded):
    """The negative control: a guard whose limit is beyond all losses."""

    caps = msgspec.structs.replace(CAPS, liquidation_drawdown_bp=10_000)


if __name__ == "__main__":
    import sys
    import time

    began = time.time()
    kind = {"sender": Sender, "careless": Careless, "hasty": Hasty}[sys.argv[1]]
    run = asyncio.run(Run(kind, mode=sys.argv[2], bars=int(sys.argv[3])).play())
    print(run.report(), f"\n{time.time() - began:.1f} s")
