"""`GET /ws`: the handshake."""

from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.websockets import WebSocket

from hub.core.addresses import bucket
from hub.core.resources import Resources
from hub.core.stream import messages
from hub.core.stream.protocol import StreamProtocol
from hub.core.stream.socket import Socket


def same_origin(websocket: WebSocket) -> bool:
    """A browser names its page's origin; only our own pages may open the stream."""
    origin = websocket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == websocket.headers.get("host")


def subprotocol(websocket: WebSocket) -> str | None:
    """The first of the client's that we speak."""
    spoken = (messages.JSON, messages.MSGPACK)
    return next((name for name in websocket.scope["subprotocols"] if name in spoken), None)


async def endpoint(websocket: WebSocket) -> None:
    """Let a client in that comes from a page of ours or from none, and hand its connection over."""
    chosen = subprotocol(websocket)
    if not same_origin(websocket) or chosen is None:
        await websocket.close(1008)
        return
    res: Resources = websocket.state["resources"]
    if res.feed.deaf:
        await _deny(websocket, 503)
        return
    address = _address(websocket)
    if not res.sockets.knock(address):
        await _deny(websocket, 429)
        return
    connection: StreamProtocol = websocket.scope["extensions"]["caerus.connection"]["connection"]
    try:
        await websocket.accept(subprotocol=chosen)
    except BaseException:
        res.sockets.answered(address)
        raise
    connection.hand_over(Socket(connection, res, address, packed=chosen == messages.MSGPACK))


async def _deny(websocket: WebSocket, status: int) -> None:
    await websocket.send_denial_response(Response(status_code=status, headers={"retry-after": "10"}))


def _address(websocket: WebSocket) -> str:
    """What sockets that have not said who they are are counted by; an operator's own address is not."""
    if websocket.scope.get("caerus.exempt"):
        return ""
    return bucket(websocket.scope.get("caerus.address"))
