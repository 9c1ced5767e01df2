"""uWebSockets by way of socketify, and its own `publish`. Run in an environment of its own: see `environment.py`."""

import sys

from socketify import App, CompressOptions, OpCode

app = App()
subscribers = {
    "compression": CompressOptions.DISABLED,
    "idle_timeout": 0,
    "open": lambda ws: ws.subscribe("all"),
    "message": lambda ws, message, opcode: None,
}
publisher = {
    "compression": CompressOptions.DISABLED,
    "idle_timeout": 0,
    "message": lambda ws, message, opcode: app.publish("all", message, OpCode.TEXT, False),
}
app.ws("/ws", subscribers)
app.ws("/publish", publisher)
app.listen(int(sys.argv[1]))
app.run()
