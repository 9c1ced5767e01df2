"""`generator.c` as seen from here: opens sockets, says when everybody has a broadcast, reports."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import msgspec

from bench.compiled import program
from bench.process import cpu_seconds


class Report(msgspec.Struct, frozen=True):
    """Times in milliseconds from the intended send time; `gaps` are broadcasts a socket did not get."""

    open: int
    frames: int
    bytes: int
    reads: int
    gaps: int
    doubled: int
    lost: int
    seconds: float
    p50: float
    p90: float
    p99: float
    p999: float
    max: float
    closed: dict[str, int] = {}

    @property
    def clean(self) -> bool:
        return not (self.gaps or self.doubled or self.lost)


class Generator:
    """One running generator."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._ready: asyncio.Queue[float] = asyncio.Queue()
        self._reports: asyncio.Queue[Report] = asyncio.Queue()
        self._changed = asyncio.Event()
        self._ended = False
        self.done = -1
        """The number of the last broadcast that everybody has."""

    async def read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            word, _, rest = line.partition(b" ")
            if word == b"done":
                self.done = int(rest)
                self._changed.set()
            elif word == b"ready":
                self._ready.put_nowait(float(rest))
            elif word == b"report":
                self._reports.put_nowait(msgspec.json.decode(rest, type=Report))
        self._ended = True
        self._changed.set()

    def tell(self, *lines: str) -> None:
        assert self._process.stdin
        self._process.stdin.write("".join(f"{line}\n" for line in lines).encode())

    async def open(self, inflight: int = 64, *, seconds: float = 120) -> float:
        """Open every socket; how long it took."""
        self.tell(f"open {inflight}")
        return await self._or_ended(self._ready.get(), seconds)

    async def report(self) -> Report:
        self.tell("report")
        return await self._or_ended(self._reports.get(), 10)

    async def _or_ended(self, wanted, seconds):
        async with asyncio.timeout(seconds):
            getting = asyncio.ensure_future(wanted)
            while not getting.done() and not self._ended:
                await asyncio.wait([getting], timeout=0.2)
        if not getting.done():
            raise RuntimeError("the generator ended; what it said stands above")
        return getting.result()

    async def until(self, number: int, *, seconds: float = 60) -> None:
        """Until everybody has broadcast `number`."""
        async with asyncio.timeout(seconds):
            while self.done < number:
                if self._ended:
                    raise RuntimeError("the generator ended; what it said stands above")
                self._changed.clear()
                await self._changed.wait()

    def cpu(self) -> float:
        return cpu_seconds(self._process.pid)

    def yield_to_others(self) -> None:
        """Let other processes of this core go first: where a small client beside us is measured."""
        os.setpriority(os.PRIO_PROCESS, self._process.pid, 5)


@asynccontextmanager
async def generator(
    base_url: str, path: str, subprotocol: str, count: int, hello: Sequence[str], who: Sequence[str] = ()
) -> AsyncIterator[Generator]:
    """`count` subscribers, not open yet."""
    where = urlsplit(base_url)
    process = await asyncio.create_subprocess_exec(
        program("generator"), str(where.hostname), str(where.port), path, subprotocol, str(count),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    made = Generator(process)
    reading = asyncio.ensure_future(made.read())
    made.tell(*(f"who {each}" for each in who), *(f"hello {each}" for each in hello))
    try:
        yield made
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading
