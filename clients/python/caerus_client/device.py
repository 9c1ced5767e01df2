"""A device's side of the wire: poll, open, execute once, acknowledge until the hub has it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol
from urllib.parse import quote

import aiohttp
import msgspec

from caerus_client.errors import ApiProblem, SealError, Unreachable
from caerus_client.keys import decode_secret, seal_key
from caerus_client.ledger import LedgerStore, OwedAck
from caerus_client.models import Ack, Command, Json, Poll, SealedCommand
from caerus_client.preflight import PreflightAnswer, PreflightReport
from caerus_client.retry import RetryPolicy
from caerus_client.sealing import open_sealed
from caerus_client.signing import device_headers, fresh_nonce
from caerus_client.snapshots import Snapshot, SnapshotTaken
from caerus_client.times import Now, SkewedClock, utc_now
from caerus_client.transport import Connected, Transport

log = logging.getLogger("caerus.device")

HOPELESS = frozenset({400, 404, 409, 413, 415, 422})
"""What the hub will never take, if it is the hub that says so."""
PATIENT = RetryPolicy(delay=1.0, cap=30.0)


class Handler(Protocol):
    """What an Expert Advisor does with commands. Both must say the truth about the broker, or `unknown`.

    None says that surely nothing was done, and could not be now: the command is as if it had never come, and is taken
    again if the hub still lists it then.
    """

    async def execute(self, command: Command) -> Ack | None:
        """Carry out a command that was never begun before."""

    async def recover(self, command: Command, begun: datetime) -> Ack | None:
        """Find out what became of a command that was begun then, by a process that died."""


class DeviceClient(Connected):
    """One device of one user. Use it in `async with`. `secret` is the text shown at registration.

    A ledger blocks on its disk, so it is asked in threads: one that is used here must bear that, as `Ledger` does.
    """

    def __init__(
        self,
        base_url: str,
        device_id: str,
        secret: str,
        *,
        session: aiohttp.ClientSession | None = None,
        now: Now = utc_now,
    ) -> None:
        self._secret = decode_secret(secret)
        self.device_id = device_id
        self.clock = SkewedClock(now)
        self._transport = Transport(base_url, self._sign, self.clock, session, connections=4)
        self._cursor: str | int | None = None
        self._put_off = False
        self._owing = asyncio.Event()
        self._flushing = asyncio.Lock()

    async def poll(self, since: str | int | None = None, wait: int = 0) -> Poll:
        """Unacknowledged commands; `wait` (0 to 30 s) parks the call until something new comes after `since`."""
        after = "" if since is None else f"since={quote(str(since), safe='')}&"
        raw = await self._transport.send(
            "GET", f"/api/v1/client/poll?{after}wait={wait}", timeout=wait + 10.0
        )
        return msgspec.json.decode(raw, type=Poll, strict=False)

    async def ack(self, ack: Ack) -> Json:
        """Acknowledge; the hub's Execution. Repeating one is harmless."""
        raw = await self._transport.send("POST", "/api/v1/client/ack", msgspec.json.encode(ack))
        return msgspec.json.decode(raw, type=Json)

    async def snapshot(self, snapshot: Snapshot) -> SnapshotTaken:
        """Show how the account stands. Repeating one is harmless; 404 when its owner has not linked it."""
        raw = await self._transport.send("POST", "/api/v1/client/snapshot", msgspec.json.encode(snapshot))
        return msgspec.json.decode(raw, type=SnapshotTaken)

    async def preflight(self, report: PreflightReport) -> PreflightAnswer:
        """Say what the terminal is; what was found, and what to mend. Repeating one is harmless."""
        raw = await self._transport.send("POST", "/api/v1/client/preflight", msgspec.json.encode(report))
        return msgspec.json.decode(raw, type=PreflightAnswer)

    def open(self, sealed: SealedCommand) -> bytes:
        """The plain JSON of a sealed command. Raises SealError."""
        key = seal_key(self._secret, self.device_id, sealed.sealed.key_version)
        return open_sealed(key, sealed.sealed, device_id=self.device_id, command_id=sealed.id)

    def owe(self) -> None:
        """Say that an acknowledgement was put into the ledger, so that `run` sends it at once."""
        self._owing.set()

    async def step(self, handler: Handler, ledger: LedgerStore, wait: int = 0) -> int:
        """Send what is owed, poll once, take every command; how many commands the hub listed.

        After a command was put off the hub is asked again within a second: it has nothing new to tell.
        """
        await self.flush(ledger)
        await self.resume(handler, ledger)
        wait, self._put_off = min(wait, 1) if self._put_off else wait, False
        answer = await self.poll(self._cursor, wait)
        for sealed in answer.commands:
            await self._take(sealed, handler, ledger)
        self._cursor = answer.cursor
        await self.flush(ledger)
        return len(answer.commands)

    async def run(
        self, handler: Handler, ledger: LedgerStore, *, wait: int = 25, retry: RetryPolicy = PATIENT
    ) -> None:
        """Serve until cancelled; when the hub cannot be reached, try again ever more slowly."""

        async def owed() -> None:
            await self._owing.wait()
            self._owing.clear()
            await self.flush(ledger)

        async with asyncio.TaskGroup() as group:
            group.create_task(_forever(lambda: self.step(handler, ledger, wait), retry))
            group.create_task(_forever(owed, retry, self._owing.set))

    async def resume(self, handler: Handler, ledger: LedgerStore) -> None:
        """Settle commands that were begun and never concluded: their fate is looked up, nothing is sent again."""
        for begun in await asyncio.to_thread(ledger.in_state, "acting"):
            ack = await handler.recover(decode_command(begun.plain), begun.at)
            await self._settle(begun.id, ack, ledger)

    async def flush(self, ledger: LedgerStore) -> None:
        """Send the acknowledgements that are owed, oldest first; one the hub will never take is set aside."""
        async with self._flushing:
            while owed := await asyncio.to_thread(ledger.owed):
                for each in owed:
                    await self._pay(each, ledger)

    async def _pay(self, owed: OwedAck, ledger: LedgerStore) -> None:
        try:
            await self.ack(owed.ack)
        except ApiProblem as problem:
            if problem.status not in HOPELESS or not problem.by_hub:
                raise
            log.error("the hub refused an acknowledgement of %s: %s", owed.ack.command_id, problem)
            await asyncio.to_thread(ledger.refused, owed.id, str(problem))
        else:
            await asyncio.to_thread(ledger.sent, owed.id)

    async def _take(self, sealed: SealedCommand, handler: Handler, ledger: LedgerStore) -> None:
        if await asyncio.to_thread(ledger.state, sealed.id) is not None:
            await asyncio.to_thread(ledger.repeat, sealed.id)
            return
        try:
            plain = self.open(sealed)
            command = decode_command(plain)
            if command.command_id != sealed.id:
                raise SealError("the sealed command names another command")
        except (SealError, msgspec.MsgspecError) as wrong:
            # not acknowledged: after a change of keys it may still be opened
            log.error("command %s was not executed: %s", sealed.id, wrong)
            return
        if await asyncio.to_thread(ledger.begin, sealed.id, plain):
            await self._settle(sealed.id, await handler.execute(command), ledger)

    async def _settle(self, command_id: str, ack: Ack | None, ledger: LedgerStore) -> None:
        if ack is None:
            await asyncio.to_thread(ledger.forget, command_id)
            self._put_off = True
        else:
            await asyncio.to_thread(ledger.record, ack)

    def _sign(self, method: str, path: str, body: bytes) -> dict[str, str]:
        return device_headers(
            self._secret, self.device_id, method, path, body, now=self.clock(), nonce=fresh_nonce()
        )


def decode_command(plain: bytes) -> Command:
    """The command in an opened envelope. Raises msgspec.MsgspecError."""
    # numbers may come as strings: the hub writes prices that way
    command: Command = msgspec.json.decode(plain, type=Command, strict=False)
    return command


async def _forever(
    action: Callable[[], Awaitable[object]], retry: RetryPolicy, again: Callable[[], None] = lambda: None
) -> None:
    failures = 0
    while True:
        try:
            await action()
            failures = 0
        except (Unreachable, ApiProblem) as wrong:
            failures += 1
            log.warning("the hub did not serve us (%d in a row): %s", failures, wrong)
            again()
            asked = (wrong.retry_after or 0.0) if isinstance(wrong, ApiProblem) else 0.0
            await asyncio.sleep(max(asked, retry.pause(failures)))
