/** How strong the Wi-Fi signal is, however it is found out. */

/** A strength in dBm, or why there is none: no interface, switched off, no connection. Either is a good answer. */
export type Signal = { readonly dBm: number } | { readonly none: string };

/** One way to ask. */
export interface SignalReader extends AsyncDisposable {
  /** Milliseconds to wait before the next question; asking itself may take long. */
  readonly pauseMs: number;
  /** @throws ToolError, NativeError where this way does not work here; the signal's reason */
  read(timeoutMs: number, signal: AbortSignal): Promise<Signal>;
}

/** The weakest and the strongest signal that a receiver can tell from noise, and from a fault. */
const WEAKEST_DBM = -127;
const STRONGEST_DBM = -1;

/** A number in dBm. 0, and -256 which is "unknown" in Linux' old interface, stand for no connection. */
export function signalOf(dBm: number): Signal | undefined {
  if (dBm === 0 || dBm === -256) return NOT_CONNECTED;
  return Number.isInteger(dBm) && dBm >= WEAKEST_DBM && dBm <= STRONGEST_DBM ? { dBm } : undefined;
}

export const NOT_CONNECTED: Signal = { none: "not connected to a network" };
export const NO_INTERFACE: Signal = { none: "no Wi-Fi interface" };
export const SWITCHED_OFF: Signal = { none: "Wi-Fi is switched off" };
