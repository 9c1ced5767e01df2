// Node's `ws`: one `send` a socket, as its README shows a broadcast. The library comes from clients/node_modules.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../clients/package.json", import.meta.url));
const { WebSocketServer } = require("ws");

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: Number(process.argv[2]),
  perMessageDeflate: false,
  backlog: 4096,
});
const sockets = new Set();
server.on("connection", (socket, request) => {
  socket.on("error", () => {});
  if (request.url === "/publish") {
    socket.on("message", (data) => {
      for (const each of sockets) each.send(data, { binary: false });
    });
    return;
  }
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
});
