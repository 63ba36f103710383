/** The official clients of the newest protocol and of the one before, over both transports, as tests speak with them. */
import {
  Client as NewestClient,
  StreamableHTTPClientTransport as NewestHttp,
} from "@modelcontextprotocol/client";
import { StdioClientTransport as NewestStdio } from "@modelcontextprotocol/client/stdio";
import { Client as PreviousClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as PreviousStdio } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as PreviousHttp } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

export const PROTOCOLS = ["2026-07-28", "2025-11-25"] as const;
export type ProtocolName = (typeof PROTOCOLS)[number];

/** Where a server is: a program to start, or an address. */
export type Place =
  | {
      readonly command: string;
      readonly args: readonly string[];
      readonly cwd: string;
      readonly env: Record<string, string>;
    }
  | { readonly url: string; readonly token?: string };

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onprogress?: (progress: {
    progress: number;
    total?: number | undefined;
    message?: string | undefined;
  }) => void;
}

export interface Answered {
  readonly isError: boolean;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as they like
  readonly data: any;
}

/** Everything that both clients can do. */
export interface TestClient extends AsyncDisposable {
  readonly protocol: string | undefined;
  readonly client: NewestClient | PreviousClient;
  /** Lines that the program wrote to stderr. */
  readonly stderr: () => string;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<Answered>;
}

const INFO = { name: "test", version: "1" };

export async function connect(protocol: ProtocolName, place: Place): Promise<TestClient> {
  return protocol === "2026-07-28" ? await connectNewest(place) : await connectPrevious(place);
}

async function connectNewest(place: Place): Promise<TestClient> {
  // Fails where the server does not speak it.
  const client = new NewestClient(INFO, { versionNegotiation: { mode: { pin: "2026-07-28" } } });
  const transport =
    "url" in place
      ? new NewestHttp(new URL(place.url), { requestInit: { headers: headersOf(place.token) } })
      : new NewestStdio({ ...place, args: [...place.args], stderr: "pipe" });
  const stderr = "stderr" in transport ? gathered(transport.stderr) : () => "";
  await client.connect(transport);
  return {
    client,
    protocol: client.getNegotiatedProtocolVersion(),
    stderr,
    call: async (name, args = {}, options = {}) =>
      answered(await client.callTool({ name, arguments: args }, options)),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function connectPrevious(place: Place): Promise<TestClient> {
  const client = new PreviousClient(INFO);
  const transport =
    "url" in place
      ? new PreviousHttp(new URL(place.url), { requestInit: { headers: headersOf(place.token) } })
      : new PreviousStdio({ ...place, args: [...place.args], stderr: "pipe" });
  const stderr = "stderr" in transport ? gathered(transport.stderr) : () => "";
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  // Output schemas are known, and results held against them, after that alone.
  await client.listTools();
  return {
    client,
    protocol: "protocolVersion" in transport ? transport.protocolVersion : undefined,
    stderr,
    call: async (name, args = {}, options = {}) =>
      answered(await client.callTool({ name, arguments: args }, undefined, options)),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

function headersOf(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function gathered(stream: NodeJS.EventEmitter | null): () => string {
  let text = "";
  stream?.on("data", (piece: Buffer) => {
    text += piece;
  });
  return () => text;
}

function answered(result: object): Answered {
  const { content, structuredContent, isError } = result as {
    content: { type: string; text: string }[];
    structuredContent?: unknown;
    isError?: boolean;
  };
  return {
    isError: isError === true,
    text: content.map(({ text }) => text).join("\n"),
    data: structuredContent,
  };
}
