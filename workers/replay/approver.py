"""Answers signals as a person would, over the API: all, none, or a fixed fraction of them."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TypeVar

from caerus_client.errors import ApiProblem, Unreachable
from caerus_client.rest import HubClient

from workers.replay.identities import EMAIL, PASSWORD

T = TypeVar("T")

_DECIDED = 409
_RETRY_SECONDS = 0.1
_SIGN_IN_AGAIN = 401


class Approver:
    """`fraction` of the signals are approved, chosen by their id; the rest are rejected; 0 decides nothing."""

    def __init__(self, client: HubClient, fraction: float, email: str = EMAIL) -> None:
        self._client, self._fraction, self._email = client, fraction, email
        self._consent = ""
        self.approved: set[str] = set()

    async def sign_in(self) -> None:
        """Also learns which words are in force."""
        await self._patiently(self._sign_in)

    async def _sign_in(self) -> None:
        await self._client.login(self._email, PASSWORD)
        self._consent = (await self._client.consent())["version"]

    async def sweep(self) -> None:
        """Answer what is open and was not answered, as after a crash."""
        if self._fraction == 0:
            return
        cursor: str | None = None
        while True:
            page = await self._patiently(partial(self._client.signals, "open", 200, cursor))
            await self.answer([each["id"] for each in page["items"] if each["my_decision"] is None])
            self.approved |= {each["id"] for each in page["items"] if each["my_decision"] == "approved"}
            cursor = page["next_cursor"]
            if cursor is None:
                return

    async def answer(self, signal_ids: Iterable[str]) -> None:
        """Decide on each; a signal that is gone or was decided before stays as it is."""
        if self._fraction:
            await asyncio.gather(*(self._answer(signal_id) for signal_id in signal_ids))

    async def _answer(self, signal_id: str) -> None:
        decision = "approved" if _share(signal_id) < self._fraction else "rejected"
        try:
            await self._patiently(lambda: self._client.approve(signal_id, self._consent, decision=decision))
        except ApiProblem as problem:
            if problem.status != _DECIDED:
                raise
            decision = str(problem.body.get("decision", ""))
        if decision == "approved":
            self.approved.add(signal_id)

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Again until the hub answers: it may be down for a moment."""
        while True:
            try:
                return await call()
            except Unreachable:
                await asyncio.sleep(_RETRY_SECONDS)
            except ApiProblem as problem:
                if problem.status == _SIGN_IN_AGAIN and self._consent:
                    await self._client.login(self._email, PASSWORD)
                elif problem.status < 500:
                    raise
                else:
                    await asyncio.sleep(_RETRY_SECONDS)


def _share(signal_id: str) -> float:
    """A number in [0, 1) that only the id decides."""
    return int.from_bytes(hashlib.sha256(signal_id.encode()).digest()[:4]) / 2**32
