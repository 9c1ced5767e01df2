"""Typed endpoints over Starlette: the signature of a handler is its contract.

    api = Api("/signals", tag="signals")

    @api.post(guard=producer, max_body=32_768, raises=(Duplicate,))
    async def create_signal(call: Call, body: SignalIn) -> Signal: ...

`body` is decoded and checked before the handler runs, `query` likewise, path parameters by their
annotations; what it returns is encoded. An endpoint without a guard fails at import.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, get_type_hints
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hub.core import admission, idempotency, problems
from hub.core.admission import Policy
from hub.core.guards import Guard
from hub.core.principal import Principal
from hub.core.resources import Resources

Handler = Callable[..., Awaitable[Any]]
PREFIX = "/api/v1"
_MAX_BODY = 65_536

_encode = msgspec.json.Encoder().encode


class Visitor(msgspec.Struct, frozen=True):
    """From where somebody calls, and with what."""

    ip: str | None = None
    user_agent: str = ""


class Call(msgspec.Struct, frozen=True):
    """One request: who calls, with what at hand."""

    request: Request
    who: Principal
    res: Resources

    @property
    def ip(self) -> str | None:
        """The caller's address, as far as our own proxies tell it."""
        address = self.request.scope.get("caerus.address")
        return None if address is None else str(address)

    @property
    def user_agent(self) -> str:
        return self.request.headers.get("user-agent", "")[:512]

    @property
    def visitor(self) -> Visitor:
        return Visitor(self.ip, self.user_agent)


class Endpoint(msgspec.Struct, frozen=True):
    """What a route takes and gives; read by the router and by OpenAPI."""

    method: str
    path: str
    handler: Handler
    guard: Guard
    hints: dict[str, Any]
    status: int
    max_body: int
    limit: Policy
    idempotent: bool
    raises: tuple[type[problems.Problem], ...]

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def body(self) -> Any:
        return self.hints.get("body")

    @property
    def query(self) -> Any:
        return self.hints.get("query")

    @property
    def returns(self) -> Any:
        return self.hints.get("return")

    @property
    def path_params(self) -> dict[str, Any]:
        return {k: v for k, v in self.hints.items() if k not in ("call", "body", "query", "return")}


class Api:
    """The endpoints of one room."""

    def __init__(self, prefix: str, *, tag: str) -> None:
        self.prefix, self.tag = PREFIX + prefix, tag
        self.endpoints: list[Endpoint] = []

    def get(self, path: str = "", *, guard: Guard, **options: Any) -> Callable[[Handler], Handler]:
        return self._add("GET", path, guard, 200, **options)

    def post(
        self, path: str = "", *, guard: Guard, status: int = 201, **options: Any
    ) -> Callable[[Handler], Handler]:
        return self._add("POST", path, guard, status, **options)

    def put(self, path: str = "", *, guard: Guard, **options: Any) -> Callable[[Handler], Handler]:
        return self._add("PUT", path, guard, 200, **options)

    def patch(self, path: str = "", *, guard: Guard, **options: Any) -> Callable[[Handler], Handler]:
        return self._add("PATCH", path, guard, 200, **options)

    def delete(
        self, path: str = "", *, guard: Guard, status: int = 204, **options: Any
    ) -> Callable[[Handler], Handler]:
        return self._add("DELETE", path, guard, status, **options)

    def _add(
        self,
        method: str,
        path: str,
        guard: Guard,
        status: int,
        *,
        max_body: int = _MAX_BODY,
        limit: Policy = "caller",
        idempotent: bool = False,
        raises: tuple[type[problems.Problem], ...] = (),
    ) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            hints = get_type_hints(handler, include_extras=True)
            unknown = inspect.signature(handler).parameters.keys() - hints.keys()
            if unknown or "return" not in hints:
                raise TypeError(f"{handler.__name__}: annotate every parameter and the return type")
            full = self.prefix + path
            self.endpoints.append(
                Endpoint(method, full, handler, guard, hints, status, max_body, limit, idempotent, raises)
            )
            return handler

        return register

    def routes(self) -> Iterator[Route]:
        for endpoint in self.endpoints:
            yield Route(
                endpoint.path, _Handled(endpoint), methods=[endpoint.method], name=endpoint.handler.__name__
            )


async def read_body(request: Request, limit: int, seconds: float) -> bytes:
    """The raw body, refused as soon as it is known to be over `limit` bytes, or slower than `seconds`."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(limit)
    try:
        async with asyncio.timeout(seconds):
            body = await _received(request, limit)
    except TimeoutError:
        raise problems.TooSlow(f"The body must arrive within {seconds:g} s.") from None
    request._body = body  # what Request.body() keeps too
    return body


async def _received(request: Request, limit: int) -> bytes:
    body, more = b"", True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            raise _too_large(limit)
    return body


def _too_large(limit: int) -> problems.TooLarge:
    return problems.TooLarge(f"The body may have {limit} bytes at most.")


class _Handled:
    """An endpoint as ASGI: straight from the route to the handler, with nothing in between."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint, self._handler, self._guard = endpoint, endpoint.handler, endpoint.guard
        self._decode = msgspec.json.Decoder(endpoint.body).decode if endpoint.body else None
        self._query, self._params = endpoint.query, endpoint.path_params

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        endpoint, res = self._endpoint, request.state["resources"]
        raw = await read_body(request, endpoint.max_body, res.settings.serve.body_seconds)
        who = await self._let_in(request, res)
        call, given = Call(request, who, res), self._given(request, raw)
        if endpoint.idempotent:
            return await self._once(call, given, raw)
        return self._response(await self._handler(call, **given))

    async def _let_in(self, request: Request, res: Resources) -> Principal:
        """Who it is, and whether it may come now."""
        try:
            who = await self._known(request, res)
            await admission.admit(request, res, self._endpoint.limit, who, self._endpoint.path)
            if admitted := self._guard.admitted:
                await admitted(request, who)
            return who
        except problems.Problem:
            if refused := self._guard.refused:
                refused(request)
            raise

    async def _known(self, request: Request, res: Resources) -> Principal:
        try:
            return await self._guard.check(request)
        except problems.Unauthenticated:
            await admission.stranger(request, res, self._endpoint.path)
            raise

    def _given(self, request: Request, raw: bytes) -> dict[str, Any]:
        given: dict[str, Any] = {}
        if self._params:
            given |= {
                name: _path_param(request.path_params[name], kind) for name, kind in self._params.items()
            }
        if self._decode:
            given["body"] = _decoded(self._decode, raw)
        if self._query:
            given["query"] = _converted(_query_of(request), self._query)
        return given

    def _response(self, result: Any) -> Response:
        if isinstance(result, Response):
            return result
        if self._endpoint.status == 204:
            return Response(status_code=204)
        return Response(_encode(result), self._endpoint.status, media_type="application/json")

    async def _once(self, call: Call, given: dict[str, Any], raw: bytes) -> Response:
        caller = f"{call.who.kind}:{call.who.id}"
        ticket = idempotency.ticket(call.request, caller, self._endpoint.route, raw)
        if ticket is None:
            return self._response(await self._handler(call, **given))

        async def work() -> idempotency.Answer:
            try:
                response = self._response(await self._handler(call, **given))
            except problems.Problem as problem:
                if problem.status >= 500:
                    raise
                return idempotency.problem_answer(problem, call.request)
            return idempotency.Answer(response.status_code, bytes(response.body))

        answer = await idempotency.once(call.res.db, ticket, work)
        kind = "application/json" if answer.status < 400 else "application/problem+json"
        headers = {"Idempotent-Replayed": "true"} if answer.replayed else None
        return Response(answer.body or None, answer.status, headers, media_type=kind)


def _query_of(request: Request) -> dict[str, str]:
    """As `Request.query_params`, which a parked poll would keep for a minute."""
    return dict(parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True))


def _path_param(value: str, kind: Any) -> Any:
    """A path that cannot name anything names nothing: 404."""
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError:
        raise problems.NotFound("There is nothing at this address.") from None


def _converted(values: dict[str, str], kind: Any) -> Any:
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise problems.from_validation(error) from None


def _decoded(decode: Callable[[bytes], Any], raw: bytes) -> Any:
    try:
        return decode(raw)
    except msgspec.ValidationError as error:
        raise problems.from_validation(error) from None
    except msgspec.DecodeError as error:
        raise problems.Problem(f"The body is not JSON: {error}") from None
    except RecursionError:
        raise problems.Problem("The body is nested too deeply.") from None
