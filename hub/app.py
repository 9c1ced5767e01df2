"""The composition root: rooms, middleware, static files, lifespan."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypedDict

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Match, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.core import asyncapi, clock, openapi
from hub.core.addresses import Gate
from hub.core.cors import Cors
from hub.core.http import Envelope
from hub.core.resources import Resources, open_resources
from hub.core.routing import TableRouter
from hub.core.settings import Settings
from hub.core.stream.endpoint import endpoint as stream
from hub.core.stream.topics import topics
from hub.rooms import APIS, SECRETS, SETTINGS

DASHBOARD = Path(__file__).parents[1] / "clients" / "apps" / "dashboard" / "dist"


class State(TypedDict):
    """What the lifespan gives every request."""

    resources: Resources


def api_document() -> dict[str, Any]:
    """The OpenAPI document of all rooms."""
    return openapi.document(APIS, topics, version=version("caerus"))


def stream_document() -> dict[str, Any]:
    """The AsyncAPI document of the stream."""
    return asyncapi.document(topics, version=version("caerus"))


def create_app(settings: Settings, dsn: str, redis_url: str) -> ASGIApp:
    """The hub as an ASGI app."""
    # Looked through in order: a storm of sockets should not pass every endpoint first.
    routes: list[Any] = [WebSocketRoute("/ws", stream)]
    routes += [route for api in APIS for route in api.routes()]
    routes += _documents()
    routes.append(Mount("/api", _nothing_here(routes[1:])))
    routes.append(Mount("/", Dashboard(directory=DASHBOARD, check_dir=False)))
    access, https = settings.access, settings.mail.links.startswith("https://")
    return Envelope(
        TableRouter(routes, lifespan=_lifespan(settings, dsn, redis_url)),
        Gate(access.ip_allowlist, access.ip_blocklist, access.trusted_proxies),
        Cors(access.cors_web_origins, access.cors_miniapp_origins),
        https=https,
    )


def _lifespan(
    settings: Settings, dsn: str, redis_url: str
) -> Callable[[Any], AbstractAsyncContextManager[State]]:
    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[State]:
        async with open_resources(settings, dsn, redis_url) as resources:
            for name in SECRETS:
                resources.secrets.get(name)
            for read in SETTINGS:
                read()
            resources.nursery.start(resources.presences.keep_telling(), name="presence")
            yield {"resources": resources}

    return lifespan


def _nothing_here(routes: list[Route]) -> ASGIApp:
    """What no endpoint took: 405 with `Allow` where only the method is wrong, else 404."""

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        asked = dict(scope) | {"path": scope["path"], "root_path": ""}
        partial = [route for route in routes if route.matches(asked)[0] is Match.PARTIAL]
        if partial:
            allowed = ", ".join(sorted(method for route in partial for method in route.methods or ()))
            raise HTTPException(405, f"This address takes {allowed}.", headers={"Allow": allowed})
        raise HTTPException(404, "There is nothing at this address; see /docs.")

    return refuse


def _documents() -> list[Route]:
    spec, stream_spec = api_document(), stream_document()
    here = Path(__file__).parent

    async def as_json(_: Request) -> Response:
        return JSONResponse(spec)

    async def stream_as_json(_: Request) -> Response:
        return JSONResponse(stream_spec)

    async def as_page(_: Request) -> Response:
        return FileResponse(here / "docs.html", media_type="text/html")

    async def as_script(_: Request) -> Response:
        return FileResponse(here / "docs.js", media_type="text/javascript")

    return [
        Route("/openapi.json", as_json),
        Route("/asyncapi.json", stream_as_json),
        Route("/docs", as_page),
        Route("/docs.js", as_script),
        Route("/.well-known/jwks.json", _jwks),
    ]


async def _jwks(request: Request) -> Response:
    """The public keys of access tokens (RFC 7517), for whoever verifies them elsewhere."""
    resources: Resources = request.state["resources"]
    keys = resources.tokens.ring.jwks(clock.now().timestamp())
    headers = {"cache-control": "public, max-age=300"}
    return JSONResponse(keys, headers=headers, media_type="application/jwk-set+json")


class Dashboard(StaticFiles):
    """The built dashboard; an unknown address is a page of the app, not a missing file."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        try:
            response = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or Path(path).suffix:
                raise
            response = self._page()
        if path.startswith("assets/"):
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        else:
            response.headers["cache-control"] = "no-cache"
        return response

    def _page(self) -> Response:
        index = DASHBOARD / "index.html"
        if not index.exists():
            raise HTTPException(404, "The dashboard is not built; run `make setup`.")
        return FileResponse(index)
