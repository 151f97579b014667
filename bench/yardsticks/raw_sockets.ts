/** The least that holds a WebSocket in Deno: accepts, answers each message once, and keeps it. Shares no code with gatz. First line printed: `{ws}`. */
const held = new Set<WebSocket>();
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.addEventListener("open", () => held.add(socket));
  socket.addEventListener("message", ({ data }) => socket.send(data));
  return response;
});
console.log(JSON.stringify({ ws: `ws://127.0.0.1:${server.addr.port}/` }));
