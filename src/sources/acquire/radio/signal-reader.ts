/** The strength of the Wi-Fi signal, by whatever way it is read. */

/** A strength in dBm, or why there is none: no interface, switched off, no connection. Both are valid answers. */
export type Signal = { readonly dBm: number } | { readonly none: string };

/** One way to read the signal. */
export interface SignalReader extends AsyncDisposable {
  /** Pause before the next reading; the reading itself may take long. */
  readonly pauseMs: number;
  /** @throws ToolError, NativeError if this way does not work here; the signal's reason */
  read(timeoutMs: number, signal: AbortSignal): Promise<Signal>;
}

/** Weakest and strongest signal that a receiver can tell from noise, and from a fault. */
const WEAKEST_DBM = -127;
const STRONGEST_DBM = -1;

/** Checks a number in dBm; undefined if it is out of range. 0, and -256 ("unknown" in Linux' old interface), mean no connection. */
export function signalOf(dBm: number): Signal | undefined {
  if (dBm === 0 || dBm === -256) return NOT_CONNECTED;
  return Number.isInteger(dBm) && dBm >= WEAKEST_DBM && dBm <= STRONGEST_DBM ? { dBm } : undefined;
}

export const NOT_CONNECTED: Signal = { none: "not connected to a network" };
export const NO_INTERFACE: Signal = { none: "no Wi-Fi interface" };
export const SWITCHED_OFF: Signal = { none: "Wi-Fi is switched off" };
