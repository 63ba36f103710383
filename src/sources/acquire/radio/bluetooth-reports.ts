/** Parsers for two tools' reports of the signal strength of Bluetooth devices. */
import { ToolError } from "../../../errors.ts";
import { isObject, objectsIn, parseProfile } from "./json-object.ts";

export interface DeviceSignal {
  readonly address: string;
  readonly dBm: number;
}

/** Colours and cursor movements (ECMA-48 §5.4), and the marks by which readline hides them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const TERMINAL_CODES = /\x1b\[[0-?]*[ -/]*[@-~]|[\x01\x02\r]/g;

const ADDRESS = "(?:[0-9A-F]{2}:){5}[0-9A-F]{2}";
/**
 * Matches a report of less than 0 dBm: a device at 0 dBm or more would touch the receiver. Some versions print the number
 * as 32 bits first: `0xffffffb3 (-77)`.
 */
const REPORT = new RegExp(`Device (${ADDRESS}) RSSI: (?:0x[0-9a-f]{8} \\((-\\d{1,3})\\)|(-\\d{1,3}))$`);
const FAILURE = /No default controller available|Failed to start discovery: .*|org\.bluez\.Error\.\w+/;

/** Parses a line of `bluetoothctl scan on`; undefined if it is not a report. @throws ToolError if it says it cannot scan */
export function parseScanLine(line: string): DeviceSignal | undefined {
  const text = line.replace(TERMINAL_CODES, "");
  const failure = FAILURE.exec(text);
  if (failure) throw new ToolError(`bluetoothctl: ${failure[0]}`);
  const [, address, inBrackets, alone] = REPORT.exec(text) ?? [];
  const dBm = Number(inBrackets ?? alone);
  return address !== undefined && isStrength(dBm) ? { address, dBm } : undefined;
}

/**
 * Parses `system_profiler SPBluetoothDataType -json`: the connected devices, whose strength it knows. macOS 12 has them in
 * another list.
 * @throws ToolError for other text, or if no controller is switched on
 */
export function parseBluetoothProfile(text: string): DeviceSignal[] {
  const controllers = parseProfile(text, "SPBluetoothDataType").filter(
    ({ controller_properties: properties }) =>
      isObject(properties) && properties["controller_state"] === "attrib_on",
  );
  if (controllers.length === 0) throw new ToolError("no Bluetooth controller, or it is switched off");
  return controllers
    .flatMap((section) => [...objectsIn(section["device_connected"]), ...objectsIn(section["devices_list"])])
    .flatMap((named) => Object.values(named).filter(isObject))
    .flatMap(({ device_address: address, device_rssi: rssi }) => {
      if (typeof address !== "string" || typeof rssi !== "string" || !/^-?\d{1,3}$/.test(rssi)) return [];
      return isStrength(Number(rssi)) ? [{ address, dBm: Number(rssi) }] : [];
    });
}

/** Bluetooth Core Specification, vol. 4 part E §7.7.65.2: -127 to 20 dBm; 127 is "not available". */
function isStrength(dBm: number): boolean {
  return dBm >= -127 && dBm <= 20;
}
