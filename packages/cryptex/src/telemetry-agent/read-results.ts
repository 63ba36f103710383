/** Finds the results in a stream: each from its `start` to its `end`, whole or with what is wrong with it. */
import { setImmediate } from "node:timers/promises";
import { fromUtf8 } from "#kit/format/visible.ts";
import type { EndEvent, ScanEvent } from "../scan-runner/events.ts";
import { type ByteLine, LineCutter } from "./byte-lines.ts";
import { NO_END, ResultCheck } from "./result-check.ts";
import { beginsObject, linesOfObject, MOST_OBJECT_BYTES } from "./result-object.ts";
import { scanLineOf } from "./scan-line.ts";
import { Spool } from "./spool.ts";

/** A result of which every line is right. Disposing it lets its lines go. */
export interface ReadResult extends Disposable {
  readonly kind: "result";
  /** Line of the stream that it begins with; 1 is the first. */
  readonly line: number;
  /** Made of its lines as they were sent: `sha256:` and hex. */
  readonly digest: string;
  /** Why it is not whole; undefined where it is. An `end` that does not fit is not among its events. */
  readonly doubt: string | undefined;
  events(): Generator<ScanEvent, void>;
}

export interface RefusedResult extends Disposable {
  readonly kind: "refused";
  readonly line: number;
  /** The first fault, and its line. */
  readonly fault: string;
}

/** Bytes of a stream. A million matches have some 0.5 GB. */
export const MOST_BYTES = 4 * 2 ** 30;

/** The stream has more bytes than are taken. */
export class TooMuch extends Error {}

/** Lines after which others have their turn: some milliseconds. */
const STEP = 200;

type Stream = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Yields what stands in the stream, in its order; nothing for an empty one. Each is to be disposed of before the next one is asked for.
 * @throws TooMuch; InputError where lines that wait have no room; what the stream throws
 */
export async function* resultsIn(
  stream: Stream,
  mostBytes = MOST_BYTES,
): AsyncGenerator<ReadResult | RefusedResult, void> {
  const lines = linesOf(stream, mostBytes);
  let draft: Draft | undefined;
  using _ = { [Symbol.dispose]: () => draft?.[Symbol.dispose]() };
  let number = 0;
  for await (const line of lines) {
    number++;
    // Streams may have all of their bytes ready.
    if (number % STEP === 0) await setImmediate();
    const scanLine = scanLineOf(line);
    if (scanLine.kind === "none") continue;
    if (scanLine.kind === "fault" && draft === undefined && beginsObject(textOf(line))) {
      draft = await objectIn(line, number, lines);
      break;
    }
    if (scanLine.kind === "event" && scanLine.event.type === "start" && draft !== undefined) {
      yield draft.finish();
      draft = undefined;
    }
    draft ??= new Draft(number);
    if (scanLine.kind === "fault") draft.refuse(number, scanLine.fault);
    else draft.add(number, scanLine.event, line.bytes);
  }
  const last = draft?.finish();
  draft = undefined;
  if (last) yield last;
}

async function* linesOf(stream: Stream, mostBytes: number): AsyncGenerator<ByteLine, void> {
  const cutter = new LineCutter();
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > mostBytes) throw new TooMuch(`more than ${mostBytes} bytes`);
    yield* cutter.cut(piece);
  }
  yield* cutter.rest();
}

function textOf({ bytes }: ByteLine): string {
  return fromUtf8(bytes) ?? "";
}

/** Takes all that follows for the rest of an object. */
async function objectIn(first: ByteLine, number: number, rest: AsyncIterable<ByteLine>): Promise<Draft> {
  const draft = new Draft(number);
  const texts = [textOf(first)];
  let bytes = first.bytes.length;
  for await (const line of rest) {
    bytes += line.bytes.length + 1;
    if (line.isTooLong || bytes > MOST_OBJECT_BYTES) {
      draft.refuse(number, `an object of more than ${MOST_OBJECT_BYTES} bytes: send NDJSON`);
      return draft;
    }
    texts.push(textOf(line));
  }
  const text = texts.join("\n");
  const events = linesOfObject(text);
  if (typeof events === "string") draft.refuse(number, events);
  else for (const event of events) draft.add(number, event, Buffer.from(JSON.stringify(event)));
  return draft;
}

/** A result whose lines come in. */
class Draft implements Disposable {
  readonly #spool = new Spool();
  readonly #check = new ResultCheck();
  readonly #hash = new Bun.CryptoHasher("sha256");
  #isBegun = false;
  #end: EndEvent | undefined;
  #fault: string | undefined;

  constructor(private readonly line: number) {}

  /** @param bytes of the event, which are copied */
  add(number: number, event: ScanEvent, bytes: Uint8Array): void {
    if (this.#fault !== undefined) return;
    const fault = this.#faultOfOrder(event);
    if (fault !== undefined) {
      this.refuse(number, fault);
      return;
    }
    this.#isBegun = true;
    this.#check.count(event);
    const line = Buffer.concat([bytes, LINE_END]);
    this.#hash.update(line);
    if (event.type === "end") this.#end = event;
    else this.#spool.add(line);
  }

  #faultOfOrder({ type }: ScanEvent): string | undefined {
    if (!this.#isBegun && type !== "start")
      return `a result begins with a start line, not with one of type ${type}`;
    return this.#end && "a line behind the end line, and no start line";
  }

  /** Only the first fault counts. */
  refuse(number: number, fault: string): void {
    this.#fault ??= `line ${number}: ${fault}`;
    this.#spool[Symbol.dispose]();
  }

  finish(): ReadResult | RefusedResult {
    const { line } = this;
    const dispose = () => this.#spool[Symbol.dispose]();
    if (this.#fault !== undefined)
      return { kind: "refused", line, fault: this.#fault, [Symbol.dispose]: dispose };
    return {
      kind: "result",
      line,
      digest: `sha256:${this.#hash.digest("hex")}`,
      doubt: this.#end ? this.#check.doubt(this.#end) : NO_END,
      events: () => this.#events(),
      [Symbol.dispose]: dispose,
    };
  }

  *#events(): Generator<ScanEvent, void> {
    const cutter = new LineCutter(Number.POSITIVE_INFINITY);
    for (const piece of this.#spool.pieces())
      for (const { bytes } of cutter.cut(piece)) yield JSON.parse(Buffer.from(bytes).toString()) as ScanEvent;
    if (this.#end && this.#check.doubt(this.#end) === undefined) yield this.#end;
  }

  [Symbol.dispose](): void {
    this.#spool[Symbol.dispose]();
  }
}

const LINE_END = Buffer.from("\n");
