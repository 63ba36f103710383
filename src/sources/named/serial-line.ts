/** The settings of a serial line: bytes come through as they were sent, and nothing is sent back. */
import { ToolError } from "../../errors.ts";
import type { Host } from "../../platform/host.ts";

/**
 * Eight bits, no parity, one stop bit, no flow control, no echo; signals of a modem are ignored. To open the line has raised DTR, which
 * TrueRNG waits for.
 */
const RAW = ["raw", "-echo", "-iexten", "cs8", "-cstopb", "-parenb", "-crtscts", "clocal"];

const LIMITS = { timeoutMs: 5_000, maxBytes: 4_096 };

/**
 * The line is handed over open. stty would open it as its controlling terminal, and noise that holds a Ctrl-C would end it.
 * @param line its descriptor
 * @param baud bits a second; undefined leaves the speed
 * @throws ToolError where it cannot be set; the signal's reason
 */
export async function makeRaw(
  host: Host,
  line: number,
  baud: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const stty = host.findTool("stty");
  if (stty === undefined) throw new ToolError("stty is needed to set a serial line, and is not installed");
  const speed = baud === undefined ? [] : [String(baud)];
  const { exitCode, stderr } = await host.run(stty, [...speed, ...RAW], { ...LIMITS, stdin: line }, signal);
  if (exitCode === 0) return;
  throw new ToolError(`the line could not be set: ${stderr.trim().split("\n", 1)[0]}`);
}
