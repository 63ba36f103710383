/** Servers on loopback, in a thread of their own, because clients block theirs while they wait. */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { createServer, type Server } from "node:net";
import { parentPort } from "node:worker_threads";
import { replyTo } from "./dns-reply.ts";

const stranger = createSocket("udp4");
let held: Buffer | undefined;

/** Ways in which a name server treats a question. */
const DNS = {
  honest: (query, send) => send(replyTo(query)),
  silent: () => {},
  garbage: (_, send) => send(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")),
  empty: (_, send) => send(Buffer.alloc(0)),
  huge: (_, send) => send(Buffer.alloc(60_000, 0xff)),
  "cut short": (query, send) => send(replyTo(query).subarray(0, query.length + 5)),
  "other question": (query, send) => send(altered(replyTo(query), 13)),
  "question itself": (query, send) => send(query),
  "wrong identifier": (query, send) => send(altered(replyTo(query), 1)),
  "lies, then the truth": (query, send) => {
    for (const at of [0, 1, 13, 2]) send(altered(replyTo(query), at));
    send(replyTo(query));
  },
  "endless lies": (query, send) => {
    for (let i = 0; i < 500; i++) send(altered(replyTo(query), 1));
  },
  "one behind": (query, send) => {
    if (held) send(held);
    held = replyTo(query);
  },
  "by a stranger": (query, _, peer) => stranger.send(replyTo(query), peer.port, peer.address),
} satisfies Record<string, (query: Buffer, send: (reply: Uint8Array) => void, peer: RemoteInfo) => void>;

/** Ways in which a TCP listener treats a connection. */
const TCP = {
  accepts: (socket) => socket.on("error", () => socket.destroy()),
  resets: (socket) => socket.on("error", () => socket.destroy()).resetAndDestroy(),
} satisfies Record<string, (socket: import("node:net").Socket) => void>;

export type DnsBehaviour = keyof typeof DNS;
export type TcpBehaviour = keyof typeof TCP;

export type LoopbackRequest =
  | { readonly kind: "dns"; readonly behaviour: DnsBehaviour; readonly address: string }
  | { readonly kind: "tcp"; readonly behaviour: TcpBehaviour; readonly address: string }
  | { readonly kind: "heard" }
  | { readonly kind: "close" };

export type LoopbackReply =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "heard"; readonly messages: readonly Uint8Array[] }
  | { readonly kind: "closed" }
  | { readonly kind: "error"; readonly message: string };

const say = (reply: LoopbackReply) => parentPort?.postMessage(reply);
let server: Socket | Server | undefined;
let heard: Uint8Array[] = [];

parentPort?.on("message", (request: LoopbackRequest) => {
  switch (request.kind) {
    case "dns":
      listenUdp(request.behaviour, request.address);
      return;
    case "tcp":
      listenTcp(request.behaviour, request.address);
      return;
    case "heard":
      say({ kind: "heard", messages: heard });
      return;
    case "close":
      server?.close();
      server = undefined;
      say({ kind: "closed" });
  }
});

function listenUdp(behaviour: DnsBehaviour, address: string): void {
  heard = [];
  held = undefined;
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  socket.on("message", (query, peer) => {
    heard.push(query);
    DNS[behaviour](query, (reply) => socket.send(reply, peer.port, peer.address), peer);
  });
  let listening = false;
  // Later errors are replies that a full socket did not take: lost, as datagrams may be.
  socket.on("error", (error) => listening || say({ kind: "error", message: error.message }));
  socket.bind(0, address, () => {
    listening = true;
    say({ kind: "listening", port: socket.address().port });
  });
  server = socket;
}

function listenTcp(behaviour: TcpBehaviour, address: string): void {
  heard = [];
  const listener = createServer((socket) => {
    heard.push(new Uint8Array(0));
    TCP[behaviour](socket);
  });
  listener.on("error", (error) => say({ kind: "error", message: error.message }));
  listener.listen(0, address, () => {
    const bound = listener.address();
    if (bound && typeof bound === "object") say({ kind: "listening", port: bound.port });
  });
  server = listener;
}

function altered(bytes: Buffer, at: number): Buffer {
  bytes[at] = bytes[at]! ^ 0x80;
  return bytes;
}
