"""`Idempotency-Key`: the same key with the same body is one act with one answer, for a day.

A claim is written before the work (`begun`), turns `done` in the work's own transaction, and keeps the
answer when there is one (`answered`). So a repeat finds the answer, or that the work is under way (409), or,
if the process died between commit and answer, that it was done (409): never is it done twice. A claim whose
process died before the commit is taken over after a minute; should that process still live, its
transaction finds the claim gone and rolls back.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct
from prometheus_client import Counter
from starlette.requests import Request

from hub.core import clock, db
from hub.core.db import Db, Transaction
from hub.core.ids import uuid7
from hub.core.problems import Conflict, Invalid, Problem
from hub.core.sql import Runs, Sql

sql = Sql("idempotency")

hits = Counter("idempotent_hits_total", "Requests answered from an earlier one with the same Idempotency-Key")

KEPT = timedelta(hours=24)
_STALE = timedelta(seconds=60)
_KEY = re.compile(r'"?([\x21\x23-\x5b\x5d-\x7e]{1,255})"?')


class InFlight(Conflict):
    title = "Still at work"


class AnswerLost(Conflict):
    title = "Done before"


class KeyReused(Invalid):
    title = "Idempotency-Key used for something else"


class Answer(Struct, frozen=True):
    """What the caller gets, as it is stored."""

    status: int
    body: bytes
    replayed: bool = False


class Ticket(Struct, frozen=True):
    """One caller's key on one route."""

    caller: str
    route: str
    key: str
    fingerprint: bytes


class Row(Struct, frozen=True):
    fingerprint: bytes
    state: str
    status: int | None
    body: bytes | None
    created_at: datetime


class _Claimed(Struct, frozen=True):
    claim: UUID


class Lost(Exception):
    """Another request took this claim over; what was to be committed is not."""


def ticket(request: Request, caller: str, route: str, raw: bytes) -> Ticket | None:
    """From the header, which may be quoted (RFC 8941) or bare; None without one, 400 for nonsense."""
    given = request.headers.get("idempotency-key")
    if given is None:
        return None
    match = _KEY.fullmatch(given.strip())
    if not match:
        raise Problem("Idempotency-Key must be 1 to 255 printable characters, such as a UUID.")
    seen = f"{request.method} {request.url.path}?{request.url.query}\n".encode() + raw
    return Ticket(caller, route, match[1], hashlib.sha256(seen).digest())


async def once(pool: Db, given: Ticket, work: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer of `work`, or of an earlier request with the same key; InFlight, AnswerLost, KeyReused."""
    claim = uuid7()
    if await _claim(pool, given, claim) is None:
        return _known(await _read(pool, given), given)

    async def done(tx: Transaction) -> None:
        if not await _mark_done(tx, given, claim):
            raise Lost

    token = db.before_commit.set(done)
    try:
        answer = await work()
    except Lost:
        raise InFlight("Another request with this Idempotency-Key took over.", retry_after=1) from None
    except BaseException:
        await _release(pool, given, claim)
        raise
    finally:
        db.before_commit.reset(token)
    await _keep(pool, given, claim, answer)
    return answer


def _known(row: Row | None, given: Ticket) -> Answer:
    if row is None:
        raise InFlight("The first request with this Idempotency-Key has just failed.", retry_after=1)
    if row.fingerprint != given.fingerprint:
        raise KeyReused("This Idempotency-Key came with another request before. Use a new one.")
    if row.state == "begun" or (row.state == "done" and row.created_at > clock.now() - _STALE):
        raise InFlight("The first request with this Idempotency-Key is still at work.", retry_after=1)
    if row.status is None or row.body is None:
        raise AnswerLost("This was done before; its answer was lost. Read what it made.")
    hits.inc()
    return Answer(row.status, row.body, replayed=True)


async def _claim(run: Runs, given: Ticket, claim: UUID) -> _Claimed | None:
    now = clock.now()
    return await sql.one(
        run,
        _Claimed,
        "claim",
        caller=given.caller,
        route=given.route,
        key=given.key,
        fingerprint=given.fingerprint,
        claim=claim,
        now=now,
        stale=now - _STALE,
        expired=now - KEPT,
    )


async def _read(run: Runs, given: Ticket) -> Row | None:
    return await sql.one(run, Row, "claimed", caller=given.caller, route=given.route, key=given.key)


async def _mark_done(run: Runs, given: Ticket, claim: UUID) -> int:
    return await sql.run(run, "mark_done", caller=given.caller, route=given.route, key=given.key, claim=claim)


async def _keep(run: Runs, given: Ticket, claim: UUID, answer: Answer) -> None:
    await sql.run(
        run,
        "keep_answer",
        caller=given.caller,
        route=given.route,
        key=given.key,
        claim=claim,
        status=answer.status,
        body=answer.body,
    )


async def _release(run: Runs, given: Ticket, claim: UUID) -> None:
    """What failed before its commit may be tried again at once; what was committed stays."""
    await sql.run(run, "release", caller=given.caller, route=given.route, key=given.key, claim=claim)


async def forget(run: Runs) -> int:
    """Drop what is older than a day; how many there were."""
    return await sql.run(run, "forget_answers", expired=clock.now() - KEPT)


def problem_answer(problem: Problem, request: Request) -> Answer:
    """A refusal is an answer too, and is repeated as it was."""
    document = problem.document(request.url.path, request.scope.get("caerus.request_id", ""))
    return Answer(problem.status, msgspec.json.encode(document))
