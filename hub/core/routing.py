"""Starlette's router with a table: an address without parameters is found at once, not after every pattern before it."""

from collections.abc import Sequence
from typing import Any

from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send


class TableRouter(Router):
    """Routes are looked through in order only for addresses with parameters, and for what is nowhere."""

    def __init__(self, routes: Sequence[BaseRoute], **more: Any) -> None:
        super().__init__(routes, **more)
        self._table = {
            (method, route.path): route
            for route in reversed(routes)
            if isinstance(route, Route) and not route.param_convertors
            for method in route.methods or ()
        }

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._table.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None or scope["root_path"]:
            await super().app(scope, receive, send)
            return
        scope["route"], scope["endpoint"], scope["path_params"] = route, route.endpoint, {}
        await route.app(scope, receive, send)
