/** From the bytes of a line to a line of a scan, or to what is wrong with it. */
import { fromUtf8, visible } from "#kit/format/visible.ts";
import type { ScanEvent } from "../scan-runner/events.ts";
import { type ByteLine, MOST_LINE_BYTES } from "./byte-lines.ts";
import { faultOfLine } from "./line-schema.ts";

export type ScanLine =
  | { readonly kind: "event"; readonly event: ScanEvent }
  /** Says nothing of a result: an empty line, or what `watch` says of itself. */
  | { readonly kind: "none" }
  | { readonly kind: "fault"; readonly fault: string };

const NONE: ScanLine = { kind: "none" };

export function scanLineOf({ bytes, isTooLong }: Pick<ByteLine, "bytes" | "isTooLong">): ScanLine {
  if (isTooLong)
    return faulty(`it has more than ${MOST_LINE_BYTES} bytes; scan --max-strings makes lines shorter`);
  const text = fromUtf8(bytes);
  if (text === undefined) return faulty("it is no UTF-8");
  if (text.trim() === "") return NONE;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return faulty(`it is no JSON: ${visible((error as Error).message)}`);
  }
  return scanLineOfValue(value);
}

export function scanLineOfValue(value: unknown): ScanLine {
  const fault = faultOfLine(value);
  if (fault !== undefined) return faulty(fault);
  const event = value as ScanEvent | { readonly type: "watch" };
  return event.type === "watch" ? NONE : { kind: "event", event };
}

function faulty(fault: string): ScanLine {
  return { kind: "fault", fault };
}
