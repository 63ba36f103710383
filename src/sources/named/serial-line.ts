/** The settings of a serial line: bytes come through as they were sent, and nothing is sent back. */
import { ToolError } from "../../errors.ts";
import type { Host } from "../../platform/host.ts";

/**
 * Eight bits, no parity, one stop bit, no flow control, no echo; signals of a modem are ignored. To open the line has raised DTR, which
 * TrueRNG waits for.
 */
const RAW = ["raw", "-echo", "-iexten", "cs8", "-cstopb", "-parenb", "-crtscts", "clocal"];

/**
 * Runs stty deaf to the signals of a terminal. As the head of a session it gets the line for its own, and noise that passes before the
 * line is raw has the characters that interrupt, suspend and end.
 */
const DEAF = `trap '' INT QUIT TSTP HUP; exec "$0" "$@"`;

const LIMITS = { timeoutMs: 5_000, maxBytes: 4_096 };

/** @param baud bits a second; undefined leaves the speed @throws ToolError where it cannot be set; the signal's reason */
export async function makeRaw(
  host: Host,
  path: string,
  baud: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  const [sh, stty] = [host.findTool("sh"), host.findTool("stty")];
  if (sh === undefined || stty === undefined)
    throw new ToolError("stty is needed to set a serial line, and is not installed");
  const speed = baud === undefined ? [] : [String(baud)];
  const device = host.os === "darwin" ? "-f" : "-F";
  const args = ["-c", DEAF, stty, device, path, ...speed, ...RAW];
  const { exitCode, stderr } = await host.run(sh, args, LIMITS, signal);
  if (exitCode === 0) return;
  throw new ToolError(`the line could not be set: ${stderr.trim().split("\n", 1)[0]}`);
}
