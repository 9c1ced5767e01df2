"""A throw-away stack of real processes with proxies between them, its people, and its truth."""

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import jwt

from hub.core.embedded.process import free_port
from hub.core.resources import open_resources
from hub.core.secrets import Secrets
from hub.core.security.keyring import ring_of
from hub.core.settings import Settings
from hub.identity.users import service as users
from tests.chaos.board import Board
from tests.chaos.fleet import HUBS, Fleet
from tests.chaos.proxy import Proxy
from tests.chaos.servers import Machines
from tests.chaos.subscribers import Habits, Subscriber, Way
from tests.chaos.truth import Truth
from tests.hubs import PASSWORD, until
from workers.up.stack import Stack

PEOPLE, SOCKETS = 3, 2


@contextmanager
def stack() -> Iterator[Stack]:
    """PostgreSQL and Valkey, migrated; nothing else runs yet."""
    with tempfile.TemporaryDirectory(prefix="caerus-chaos-") as name:
        home = Path(name)
        home.chmod(0o755)
        settings = Settings.throw_away(home, free_port(), 0)
        with Stack(settings, processes=(), ops_ports={}) as servers:
            yield servers
        shutil.rmtree(servers.servers.postgres.home, ignore_errors=True)


class World:
    """Everything a round needs at hand."""

    def __init__(self, stack: Stack, seed: int) -> None:
        self.stack, self.random = stack, random.Random(seed)
        self.board = Board.new(stack.home / f"board-{uuid4().hex}")
        self.truth = Truth(stack.endpoints.admin_dsn)
        self.machines = Machines(stack.servers)
        self.people: list[UUID] = []
        self.subscribers: list[Subscriber] = []
        self.passing: list[Subscriber] = []
        """Those of one round."""
        self.gone: list[Subscriber] = []
        self.habits = Habits()
        self.fleet: Fleet
        self._ring = ring_of(Secrets(stack.settings.app), stack.settings.security.jwt_access_seconds)
        self._listening: dict[str, asyncio.Task[None]] = {}

    @property
    def fronts(self) -> list[Proxy]:
        return [self.fleet.proxies[hub] for hub in HUBS]

    def ways(self, kind: str = "") -> list[Way]:
        """Both hubs, through the proxies of everybody or through those of the slow."""
        return [Way(self.fleet.proxies[kind + hub].port, hub) for hub in HUBS]

    @property
    def topics(self) -> list[str]:
        own = [f"{kind}:{person}" for person in self.people for kind in ("approvals", "executions")]
        return ["signals"] * len(self.people) + own

    def subscribe(self, name: str, person: int, topics: list[str], kind: str = "") -> Subscriber:
        """One more socket of a person; what is somebody else's is tried too."""
        other = self.people[(person + 1) % len(self.people)]
        made = Subscriber(
            name,
            self.ways(kind),
            topics,
            [f"approvals:{other}", f"executions:{other}"],
            lambda hub: self._token(self.people[person], hub),
            self.truth.keys,
            self.habits,
            random.Random(f"{self.random.random()}"),
        )
        self.subscribers.append(made)
        self._listening[name] = asyncio.ensure_future(made.run())
        return made

    async def begin(self, habits: Habits | None = None) -> None:
        """Everybody's sockets, made anew, with these habits; what was before is nobody's business."""
        await self.dismiss(*list(self.subscribers))
        self.habits = habits or Habits()
        for person, id in enumerate(self.people):
            for number in range(SOCKETS):
                topics = ["signals", f"approvals:{id}", f"executions:{id}"]
                self.subscribe(f"person-{person}-{number}", person, topics)
        await self.listening()
        await self.truth.start()

    async def dismiss(self, *gone: Subscriber) -> None:
        for each in gone:
            self.subscribers.remove(each)
            self.gone.append(each)
            task = self._listening.pop(each.name)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def write(self) -> None:
        """Let the writers write."""
        self.board["writing"] = 1

    async def pause(self) -> None:
        """Until no transaction of the writers is open."""
        self.board["writing"] = self.board["idle"] = 0
        await until(lambda: self.board["idle"] == 1, seconds=60)

    async def wrote(self, transactions: int) -> None:
        """Until the writers have ended so many more."""
        wanted = self.board["progress"] + transactions
        await until(lambda: self.board["progress"] >= wanted, seconds=60)

    async def sent(self) -> bool:
        """Whether nothing waits in the outbox."""
        return await self.truth.unsent() == 0

    async def listening(self) -> None:
        """Until every subscriber stands in each of its topics."""
        await until(
            lambda: all(
                each.stands(topic) >= 0
                for each in self.subscribers
                for topic, place in each.places.items()
                if place.entitled
            ),
            seconds=60,
        )

    def must_live(self) -> None:
        """A subscriber that failed is a fault of the suite, not of the hub."""
        for task in self._listening.values():
            if task.done():
                task.result()

    def _token(self, person: UUID, hub: str) -> str:
        """As that hub would make it: by its own clock."""
        now, settings = int(time.time() + self.board[hub]), self.stack.settings.security
        claims = {
            "sub": str(person),
            "role": "user",
            "iat": now,
            "nbf": now,
            "exp": now + settings.jwt_access_seconds,
            "iss": settings.jwt_issuer,
            "aud": settings.jwt_audience,
            "jti": uuid4().hex,
            "sid": str(uuid4()),
            "amr": ["pwd", "otp"],
            "auth_time": now,
        }
        kid, key = self._ring.signing
        return jwt.encode(claims, key, "RS256", headers={"typ": "at+jwt", "kid": kid})


@asynccontextmanager
async def world(stack: Stack, seed: int) -> AsyncIterator[World]:
    """Its people listen on entry."""
    made = World(stack, seed)
    await made.truth.prepare()
    endpoints = stack.endpoints
    async with open_resources(stack.settings, endpoints.dsn, endpoints.redis_url) as res:
        for _ in range(PEOPLE):
            person = await users.create(res, f"{uuid4().hex[:12]}@example.com", PASSWORD, "user")
            made.people.append(person.id)
    made.fleet = Fleet(stack, made.board, made.topics, seed)
    try:
        await made.fleet.start()
        await made.begin()
        yield made
    finally:
        await made.dismiss(*list(made.subscribers))
        await made.fleet.stop()
        await made.truth.close()
