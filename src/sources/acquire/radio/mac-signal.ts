/**
 * The Wi-Fi signal on macOS, best way first: the CoreWLAN framework itself, the same through one long-lived script,
 * system_profiler, and `airport`, which no longer works since macOS 14.4. Others are of no use: `networksetup` says that
 * there is no connection since macOS 15, `ipconfig` does not know the signal strength, `wdutil` needs root.
 */
import { constants } from "node:os";
import { NativeError, ToolError } from "../../../errors.ts";
import type { Host } from "../../../platform/host.ts";
import { Deadline } from "../event/deadline.ts";
import { LineStream } from "../event/line-stream.ts";
import { isObject, objectsIn, parseObject, parseProfile } from "./json-object.ts";
import {
  NO_INTERFACE,
  NOT_CONNECTED,
  type Signal,
  type SignalReader,
  SWITCHED_OFF,
  signalOf,
} from "./signal-reader.ts";

const AIRPORT_FOLDER = "/System/Library/PrivateFrameworks/Apple80211.framework/Versions/Current/Resources";

/** The framework renews its value about once a second; asking takes well under a millisecond. */
const PAUSE_MS = 100;

const MAX_BYTES = 1 << 20;

export function macReaders(host: Host): SignalReader[] {
  const readers: SignalReader[] = [];
  if (host.native.ok) readers.push(nativeReader(host.native.library.kernel("wifi_rssi")));
  const osascript = host.findTool("osascript");
  if (osascript) readers.push(new ScriptReader(host, osascript));
  const profiler = host.findTool("system_profiler");
  if (profiler) readers.push(toolReader(host, profiler, ["SPAirPortDataType", "-json"], parseSystemProfiler));
  readers.push(toolReader(host, `${AIRPORT_FOLDER}/airport`, ["-I"], parseAirport));
  return readers;
}

/** Asks CoreWLAN by c/kernels/wifi_rssi.c, which says what its errors mean. */
function nativeReader(kernel: (out: BigUint64Array) => void): SignalReader {
  const out = new BigUint64Array(1);
  return {
    pauseMs: PAUSE_MS,
    async read() {
      try {
        kernel(out);
      } catch (error) {
        if (error instanceof NativeError && error.errno === constants.errno.ENODEV) return NO_INTERFACE;
        if (error instanceof NativeError && error.errno === constants.errno.ENETDOWN) return SWITCHED_OFF;
        throw error;
      }
      const dBm = Number(BigInt.asIntN(64, out[0]!));
      const signal = signalOf(dBm);
      if (!signal) throw new NativeError(`CoreWLAN: ${dBm} dBm is not a signal strength`);
      return signal;
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Prints a line for `parseScriptLine` ten times a second. A closed pipe ends it. */
const SCRIPT = `
for (const framework of ["Foundation", "CoreWLAN"]) ObjC.import(framework);
const client = $.CWWiFiClient.sharedWiFiClient;
const out = $.NSFileHandle.fileHandleWithStandardOutput;
for (;;) {
  const wifi = client.interface;
  const state = wifi.isNil()
    ? { interface: null }
    : { interface: ObjC.unwrap(wifi.interfaceName), powerOn: Boolean(wifi.powerOn), rssi: Number(wifi.rssiValue) };
  out.writeData($(JSON.stringify(state) + "\\n").dataUsingEncoding($.NSUTF8StringEncoding));
  $.NSThread.sleepForTimeInterval(0.1);
}`;

class ScriptReader implements SignalReader {
  readonly pauseMs = 0;
  #lines: LineStream | undefined;

  constructor(
    private readonly host: Host,
    private readonly tool: string,
  ) {}

  async read(timeoutMs: number, signal: AbortSignal): Promise<Signal> {
    this.#lines ??= new LineStream(
      this.host.start(this.tool, ["-l", "JavaScript", "-e", SCRIPT], { maxBytes: MAX_BYTES }),
    );
    const late = () => new ToolError(`${this.tool}: printed nothing for ${timeoutMs} ms`);
    const line = await this.#lines.next(new Deadline(timeoutMs, late, signal));
    if (line === undefined) throw new ToolError(`${this.tool}: ended`);
    return parseScriptLine(line.text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lines?.[Symbol.asyncDispose]();
    this.#lines = undefined;
  }
}

/** Runs the tool anew for each value. */
function toolReader(
  host: Host,
  tool: string,
  args: readonly string[],
  parse: (text: string) => Signal,
): SignalReader {
  return {
    pauseMs: PAUSE_MS,
    async read(timeoutMs, signal) {
      const output = await host.run(tool, args, { timeoutMs, maxBytes: MAX_BYTES }, signal);
      if (output.exitCode !== 0) throw new ToolError(`${tool}: exit code ${output.exitCode}`);
      return parse(new TextDecoder().decode(output.stdout));
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Parses a line of the script above. @throws ToolError for other text */
export function parseScriptLine(text: string): Signal {
  const state = parseObject(text, "osascript");
  if (state["interface"] === null) return NO_INTERFACE;
  if (state["powerOn"] === false) return SWITCHED_OFF;
  const { rssi } = state;
  const signal = typeof rssi === "number" && state["powerOn"] === true ? signalOf(rssi) : undefined;
  if (!signal) throw new ToolError("osascript: no signal strength in its output");
  return signal;
}

/**
 * Parses `system_profiler SPAirPortDataType -json`. Takes the interface whose current network has a signal: others, such as
 * the one for AirDrop, list a network without one. Names of networks may be `<redacted>`; they are ignored.
 * @throws ToolError for other text
 */
export function parseSystemProfiler(text: string): Signal {
  const sections = parseProfile(text, "SPAirPortDataType");
  const interfaces = sections.flatMap((section) => objectsIn(section["spairport_airport_interfaces"]));
  if (interfaces.length === 0) return NO_INTERFACE;
  for (const each of interfaces) {
    const network = each["spairport_current_network_information"];
    const strength = isObject(network) ? network["spairport_signal_noise"] : undefined;
    if (typeof strength !== "string") continue;
    const [, dBm] = /^(-?\d{1,3}) dBm(?: \/|$)/.exec(strength) ?? [];
    const signal = dBm === undefined ? undefined : signalOf(Number(dBm));
    if (!signal) throw new ToolError(`system_profiler: '${strength.slice(0, 40)}' is not a signal strength`);
    return signal;
  }
  const off = interfaces.some((each) => each["spairport_status_information"] === "spairport_status_off");
  return off ? SWITCHED_OFF : NOT_CONNECTED;
}

/** Parses `airport -I`. @throws ToolError if there is no signal in it: since macOS 14.4 it only says that it is retired */
export function parseAirport(text: string): Signal {
  if (/^AirPort: Off$/m.test(text)) return SWITCHED_OFF;
  const [, dBm] = /^\s*agrCtlRSSI: (-?\d{1,3})\n/m.exec(text) ?? [];
  const signal = dBm === undefined ? undefined : signalOf(Number(dBm));
  if (!signal) throw new ToolError("airport: no signal strength in its output");
  return signal;
}
