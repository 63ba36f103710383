/** WebSockets that only send: the server speaks, and reads no messages. */
import { Refusal } from "./refusal.ts";

/** Whoever speaks on a connection. It is the `data` of Bun's sockets. */
export interface Socket {
  open(connection: Bun.ServerWebSocket<Socket>): void;
  /** There is room again for what is sent. */
  drained(): void;
  closed(): void;
}

/** Clients have nothing to say; what they say all the same is dropped, and this much of it at a time. */
const MAX_MESSAGE_BYTES = 4_096;

/** Bun pings a connection that is idle, and closes it if nothing at all comes back for this long. */
const IDLE_S = 120;

/** Far above what speakers let wait; see `drained`. More is dropped, and the connection with it. */
const MAX_WAITING_BYTES = 16 * 2 ** 20;

/** For `listen`. */
export const SOCKETS: Bun.WebSocketHandler<Socket> = {
  maxPayloadLength: MAX_MESSAGE_BYTES,
  idleTimeout: IDLE_S,
  backpressureLimit: MAX_WAITING_BYTES,
  closeOnBackpressureLimit: true,
  // Each connection would need a window of its own, in memory.
  perMessageDeflate: false,
  open: (connection) => connection.data.open(connection),
  message: () => {},
  drain: (connection) => connection.data.drained(),
  close: (connection) => connection.data.closed(),
};

export function isUpgrade(request: Request): boolean {
  return request.headers.get("upgrade")?.toLowerCase() === "websocket";
}

/** Lists the subprotocols that the client offers. */
export function protocolsOf(request: Request): string[] {
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  return offered.split(",").map((each) => each.trim());
}

/**
 * Turns a request into a connection.
 * @param protocol the subprotocol that is answered, if the client offers it
 * @throws Refusal 400 for a request that is no proper one
 */
export function upgrade(
  request: Request,
  server: Bun.Server<Socket>,
  socket: Socket,
  protocol: string,
): Response {
  const headers: Record<string, string> = protocolsOf(request).includes(protocol)
    ? { "sec-websocket-protocol": protocol }
    : {};
  if (!server.upgrade(request, { data: socket, headers })) {
    socket.closed();
    throw new Refusal(400, "this is no request for a WebSocket");
  }
  // Bun has answered; it looks at nothing that comes now.
  return new Response(null);
}
