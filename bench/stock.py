"""The peer of `bench.stream`: the same fan-out by the server's stock `send_text`, one socket after another."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

sockets: set[WebSocket] = set()


async def stream(websocket: WebSocket) -> None:
    await websocket.accept()
    sockets.add(websocket)
    try:
        while True:
            await websocket.receive_text()
    except WebSocketDisconnect:
        sockets.discard(websocket)


async def publish(request: Request) -> Response:
    text = (await request.body()).decode()
    for socket in list(sockets):
        await socket.send_text(text)
    return Response(status_code=201)


app = Starlette(routes=[WebSocketRoute("/ws", stream), Route("/publish", publish, methods=["POST"])])

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="error", ws="websockets-sansio", loop="uvloop")
