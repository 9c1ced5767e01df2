"""Frames nobody should send, by the thousand: `python -m tests.stream.frame_fuzz [COUNT] [SEED]`.

Each attack has a socket of its own. It must end with a close code, or be answered as the protocol says; beside
it a well-behaved socket is asked after every few attacks whether it is still served at once.
"""

import asyncio
import random
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlsplit

import psutil
from msgspec import Struct

from workers.loadtest.subscriber import upgrade

CODES = {1000, 1001, 1002, 1007, 1009, 4001, 4002, 4005}
_ANSWER_SECONDS, _PATIENCE_SECONDS = 15, 0.5
_MOST_IN_A_FRAME = 65_536
Attack = Callable[[random.Random], bytes]


class Outcome(Struct):
    """`codes`: how often each close code came; 0 is a connection that ended without one."""

    codes: Counter[int]
    wrong: list[str]
    slowest: float = 0.0
    grown: int = 0


def frame(
    payload: bytes, opcode: int = 1, *, fin: int = 0x80, mask: bytes | None = bytes(4), rsv: int = 0
) -> bytes:
    """A client's frame; a mask of zeros leaves the payload as it is, None leaves the mask out."""
    bit, size = 0x80 if mask is not None else 0, len(payload)
    first = fin | rsv | opcode
    if size < 126:
        head = struct.pack("!BB", first, bit | size)
    elif size < 65_536:
        head = struct.pack("!BBH", first, bit | 126, size)
    else:
        head = struct.pack("!BBQ", first, bit | 127, size)
    return head + (mask or b"") + payload


ATTACKS: dict[str, Attack] = {
    "noise": lambda r: r.randbytes(r.randint(1, 4_000)),
    "no mask": lambda r: frame(b'{"op":"ping"}', mask=None),
    "reserved bits": lambda r: frame(b"{}", rsv=r.choice((0x10, 0x20, 0x30))),
    "compressed without having agreed": lambda r: frame(b"{}", rsv=0x40),
    "unknown opcode": lambda r: frame(b"{}", opcode=r.choice((3, 4, 5, 6, 7, 11, 12, 15))),
    "length of half the world": lambda r: struct.pack("!BBQ", 0x81, 0xFF, 1 << r.randint(32, 62)) + b"x",
    "oversized message": lambda r: frame(b"x" * r.randint(70_000, 200_000)),
    "long message": lambda r: frame(b"x" * r.randint(17_000, 60_000)),
    "not UTF-8": lambda r: frame(b'{"op":"\xff\xfe"}'),
    "half a character": lambda r: frame(b"\xe2\x82"),
    "continuation of nothing": lambda r: frame(b"x", opcode=0),
    "a message in a message": lambda r: frame(b"x", fin=0) + frame(b"y"),
    "many fragments": lambda r: frame(b"", fin=0) + frame(b"", opcode=0, fin=0) * r.randint(65, 3_000),
    "long control frame": lambda r: frame(b"x" * 126, opcode=9),
    "control frame in parts": lambda r: frame(b"x", opcode=9, fin=0),
    "flood of pings": lambda r: frame(b"", opcode=9) * 3_000,
    "flood of pongs": lambda r: frame(b"", opcode=10) * 3_000,
    "flood of messages": lambda r: frame(b'{"op":"ping"}') * 3_000,
    "close with a code that is none": lambda r: frame(struct.pack("!H", r.choice((0, 999, 1005, 1006, 1015))), opcode=8),
    "close of one byte": lambda r: frame(b"x", opcode=8),
    "deep nesting": lambda r: frame(b"[" * 15_000),
    "wrong kind": lambda r: frame(r.randbytes(50), opcode=2),
    "no operation": lambda r: frame(b'{"op":"%s"}' % r.choice((b"", b"event", b"publish", b"SUB"))),
    "wrong types": lambda r: frame(b'{"op":"sub","id":[1],"topic":{"a":1},"since":"x"}'),
    "huge numbers": lambda r: frame(b'{"op":"sub","id":1,"topic":"signals","since":{"epoch":"e","offset":%d}}' % (1 << 200)),
}  # fmt: skip


async def run(base_url: str, token: str, pid: int, count: int, seed: int) -> Outcome:
    """`count` attacks, each kind in turn, signed in or not."""
    chance, outcome = random.Random(seed), Outcome(Counter(), [])
    process, names = psutil.Process(pid), list(ATTACKS)
    reader, writer = await opened(base_url, token)
    before = process.memory_info().rss
    for number in range(count):
        name = names[number % len(names)]
        code = await _attack(base_url, token if chance.random() < 0.7 else None, ATTACKS[name](chance))
        outcome.codes[code] += 1
        if code not in CODES:
            outcome.wrong.append(f"{name}: {code}")
        if number % 10 == 0:
            outcome.slowest = max(outcome.slowest, await _asked(reader, writer))
    outcome.grown = process.memory_info().rss - before
    writer.close()
    return outcome


async def opened(base_url: str, token: str | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    where = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    writer.write(upgrade(where.netloc, "/ws", "caerus.v1.json"))
    await reader.readuntil(b"\r\n\r\n")
    if token:
        writer.write(frame(b'{"op":"auth","token":"%s"}' % token.encode()))
        await _received(reader)
    return reader, writer


async def _attack(base_url: str, token: str | None, data: bytes) -> int:
    """The close code it ends with."""
    reader, writer = await opened(base_url, token)
    try:
        writer.write(data)
        code = await _closed(reader, _PATIENCE_SECONDS)
        if code is None:
            # Unfinished, or nothing wrong with it: then a goodbye is answered, or ends the frame that it is in.
            writer.write(frame(struct.pack("!H", 1000), opcode=8))
            code = await _closed(reader, _PATIENCE_SECONDS)
        if code is None:
            # A frame that announced more than came: the hub looks at it when it is whole, so let it be.
            writer.write(bytes(_MOST_IN_A_FRAME))
            code = await _closed(reader, _ANSWER_SECONDS)
        return -1 if code is None else code
    except (asyncio.IncompleteReadError, ConnectionError):
        return 0
    finally:
        writer.transport.abort()


async def _closed(reader: asyncio.StreamReader, seconds: float) -> int | None:
    """The code of the hub's close frame; None when there was none in so long."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                opcode, payload = await _received(reader)
                if opcode == 8:
                    return int.from_bytes(payload[:2]) if payload else 1005
    except TimeoutError:
        return None


async def _received(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    first, size = await reader.readexactly(2)
    if size == 126:
        size = int.from_bytes(await reader.readexactly(2))
    elif size == 127:
        size = int.from_bytes(await reader.readexactly(8))
    return first & 0x0F, await reader.readexactly(size)


async def _asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> float:
    """Seconds until the well-behaved socket has its pong."""
    began = time.monotonic()
    writer.write(frame(b'{"op":"ping"}'))
    async with asyncio.timeout(_ANSWER_SECONDS):
        while b"pong" not in (message := await _received(reader))[1]:
            if message[0] == 9:
                writer.write(frame(message[1], opcode=10))
    return time.monotonic() - began


def main() -> None:
    from hub.core.ids import uuid7
    from hub.core.resources import open_resources
    from hub.core.security.tokens import Proof
    from workers.up.stack import throw_away

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)

    async def attacked() -> Outcome:
        endpoints = stack.endpoints
        async with open_resources(stack.settings, endpoints.dsn, endpoints.redis_url) as res:
            token = res.tokens.mint(uuid7(), "user", Proof(uuid7(), "web", ("pwd",), time.time()))
        return await run(stack.base_url, token, stack.children.pid("serve"), count, seed)

    with throw_away("serve", "relay") as stack:
        outcome = asyncio.run(attacked())
    print(
        f"{count} attacks of {len(ATTACKS)} kinds, seed {seed}; codes {dict(sorted(outcome.codes.items()))}"
    )
    print(
        f"slowest pong beside them {outcome.slowest * 1000:.0f} ms; the hub grew by {outcome.grown / 1e6:.1f} MB"
    )
    if outcome.wrong:
        sys.exit("Not as the protocol says: " + ", ".join(sorted(set(outcome.wrong))))


if __name__ == "__main__":
    main()
