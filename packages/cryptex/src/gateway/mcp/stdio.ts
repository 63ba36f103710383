/** MCP over standard input and output, for the client that has started the program. */
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { onAbort } from "#kit/abort.ts";
import { type LineChannel, LineTransport } from "./line-transport.ts";
import { McpServers } from "./server.ts";
import type { Access, McpServices } from "./tool.ts";

export interface StdioOptions {
  readonly access: Access;
  /** Told of errors that are this program's own. */
  readonly report: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Serves until the input ends. @throws ClosedPipeError; the signal's reason */
export async function serveMcpStdio(
  services: McpServices,
  channel: LineChannel,
  { access, report, signal }: StdioOptions,
): Promise<void> {
  const servers = new McpServers(services, report);
  const transport = new LineTransport(channel);
  const handle = serveStdio(() => servers.make(access), { transport, maxSubscriptions: 0 });
  using _end = onAbort(signal, () => void handle.close());
  await transport.ended;
  signal.throwIfAborted();
}
