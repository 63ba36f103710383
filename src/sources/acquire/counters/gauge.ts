/** Places where the system keeps numbers about itself. */
import type { READINGS } from "../../../../ffi/kernels.ts";
import { SourceError } from "../../../errors.ts";
import type { Host } from "../../../platform/host.ts";

/** Numbers by name, in an order that stays the same from one reading to the next. */
export type Counters = ReadonlyMap<string, bigint>;

/** One place where numbers are kept: a file, a system call, a tool. */
export interface Gauge {
  readonly name: string;
  /** Reads all numbers. Any error becomes a SourceError that names the gauge, unless it is the signal's reason. */
  read(signal: AbortSignal): Counters | Promise<Counters>;
}

/** Makes a gauge of a file. `parse` turns its text into numbers, and throws a SyntaxError for text it does not understand. */
export function fileGauge(host: Host, path: string, parse: (text: string) => Counters): Gauge {
  return {
    name: path,
    read() {
      const text = host.readText(path);
      if (text === undefined) throw new Error("cannot be read");
      // The kernel ends every line. Without the end of a line, its last number may be cut short.
      if (!text.endsWith("\n")) throw new SyntaxError("is cut short");
      return parse(text);
    },
  };
}

/** Makes a gauge of a function of the native library, which fills an array with numbers in a fixed order. */
export function nativeGauge(host: Host, id: (typeof READINGS)[number], count: number): Gauge {
  if (!host.native.ok) throw new SourceError(id, host.native.reason);
  const read = host.native.library.kernel(id);
  const values = new BigUint64Array(count);
  return {
    name: "the system",
    read() {
      read(values);
      return new Map(Array.from(values, (value, i) => [String(i), value]));
    },
  };
}
