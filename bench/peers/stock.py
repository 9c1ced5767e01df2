"""uvicorn and Starlette as they come: `send_text`, one socket after another."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
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


async def publish(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            text = await websocket.receive_text()
            for socket in list(sockets):
                await socket.send_text(text)
    except WebSocketDisconnect:
        pass


app = Starlette(routes=[WebSocketRoute("/ws", stream), WebSocketRoute("/publish", publish)])

if __name__ == "__main__":
    uvicorn.run(
        app, port=int(sys.argv[1]), log_level="error", ws="websockets-sansio", loop="uvloop",
        ws_per_message_deflate=False, backlog=4096,
    )  # fmt: skip
