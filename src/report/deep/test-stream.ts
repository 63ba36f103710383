/** Takes data through the battery for large data, from their first byte to their end, or to the first evaluation that fails. */
import { onAbort } from "#kit/abort.ts";
import { UNIT_BYTES } from "../../../ffi/deep-loops.ts";
import { MOST_BYTES, nextDoubling } from "../../deep/budget.ts";
import { BATTERY, type Battery, withChain } from "../../deep/engine/crew.ts";
import { Engine } from "../../deep/engine/engine.ts";
import { type Evaluation, evaluate } from "../../deep/evaluation.ts";
import { InputError } from "../../errors.ts";
import type { OpenData } from "../input-data.ts";
import { headHint } from "../run-options.ts";
import { dataAfter, Saver, type StateOptions } from "./resume.ts";

export interface StreamOptions {
  /** Most threads; 0: everything runs in this one. The results are the same. */
  readonly threads: number;
  /** Go on after an evaluation that fails. */
  readonly keepsGoing: boolean;
  readonly signal: AbortSignal;
  /** Where the run is saved, and goes on from. */
  readonly state?: StateOptions | undefined;
  readonly battery?: Battery;
  /** Gets those of the run that goes on, too. */
  readonly onEvaluation?: (evaluation: Evaluation) => void | Promise<void>;
  readonly onProgress?: (progress: StreamProgress) => void;
}

export interface StreamProgress {
  readonly phase: "comparing" | "testing" | "concluding" | "saving";
  readonly bytes: number;
}

export interface StreamResult {
  readonly evaluations: readonly Evaluation[];
  /** Number of bytes that all tests have seen: whole units. */
  readonly bytes: number;
  /** Bytes after them, less than a unit, that no test has seen. */
  readonly rest: number;
  /** Why no more was read: the data ended, an evaluation failed, or more are never tested. */
  readonly ended: "data" | "fail" | "most";
  /** Places where the input went on in another run. */
  readonly joints: readonly number[];
  /** Remark on the first bytes. */
  readonly hint: string | null;
}

/** @throws InputError if there is no byte; errors of the data, of the tests and of the state; the signal's reason */
export async function testStream(data: OpenData, options: StreamOptions): Promise<StreamResult> {
  using run = new Run(data, options);
  return await run.toTheEnd();
}

class Run implements Disposable {
  readonly #engine: Engine;
  readonly #evaluations: Evaluation[];
  readonly #joints: readonly number[];
  readonly #head: FirstBytes;
  readonly #saver: Saver | undefined;
  readonly #listener: Disposable;
  #isConcluding = false;

  constructor(
    private readonly data: OpenData,
    private readonly options: StreamOptions,
  ) {
    const { threads, signal, state, battery = BATTERY } = options;
    const found = state?.found;
    this.#evaluations = [...(found?.run.evaluations ?? [])];
    this.#engine = new Engine({
      threads,
      battery: state === undefined ? battery : withChain(battery),
      ...(found && { offset: found.run.bytes, states: found.states }),
    });
    this.#joints =
      found === undefined ? [] : [...found.run.joints, ...(state?.goesOn ? [found.run.bytes] : [])];
    this.#head = new FirstBytes(data, found?.run.hint);
    this.#saver = state && new Saver(state.file, this.#engine, () => this.#soFar, state.pace);
    // What is to be saved has to come to a rest first; while conclusions are drawn, it was saved before.
    this.#listener = onAbort(signal, () => {
      if (state === undefined || this.#isConcluding) this.#engine.close(signal.reason);
    });
  }

  async toTheEnd(): Promise<StreamResult> {
    const { signal, keepsGoing, state, onEvaluation } = this.options;
    const data = state === undefined ? this.data.pieces : await this.#unseen(state);
    for (const evaluation of this.#evaluations) await onEvaluation?.(evaluation);
    try {
      return (await this.#test(data, keepsGoing)) ?? (await this.#endOfData());
    } catch (error) {
      if (signal.aborted && !this.#isConcluding) await this.#save();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]();
    this.#engine.close();
  }

  #unseen(state: StateOptions): Promise<AsyncIterable<Uint8Array>> {
    return dataAfter(this.data, state, (bytes) => this.#progress("comparing", bytes));
  }

  /** Returns the result if the run ends before the data do. */
  async #test(data: AsyncIterable<Uint8Array>, keepsGoing: boolean): Promise<StreamResult | undefined> {
    const engine = this.#engine;
    const isOver = () => {
      if (engine.bytes === MOST_BYTES) return this.#result("most", 0);
      return !keepsGoing && this.#lastVerdict === "fail" ? this.#result("fail", 0) : undefined;
    };
    const over = isOver();
    if (over) return over;
    for await (const piece of data) {
      this.#head.append(piece);
      for (let left = piece; left.length > 0; ) {
        this.options.signal.throwIfAborted();
        const doubling = nextDoubling(engine.bytes)!;
        const isSaveDue = this.#saver?.isDue ?? false;
        // A run that is saved has whole units.
        const goal = isSaveDue ? Math.ceil(engine.bytes / UNIT_BYTES) * UNIT_BYTES : doubling;
        const taken = left.subarray(0, goal - engine.bytes);
        await engine.append(taken);
        left = left.subarray(taken.length);
        this.#progress("testing", engine.bytes);
        if (engine.bytes === doubling) await this.#evaluate();
        else if (isSaveDue && engine.bytes === goal) await this.#save();
        const end = isOver();
        if (end) return end;
      }
    }
    return undefined;
  }

  async #endOfData(): Promise<StreamResult> {
    const engine = this.#engine;
    if (engine.bytes === 0) throw new InputError("there is nothing to test: the input is empty");
    const rest = await engine.settle();
    if (engine.bytes > (this.#evaluations.at(-1)?.bytes ?? 0)) await this.#evaluate();
    return this.#result("data", rest);
  }

  async #evaluate(): Promise<void> {
    const { signal, onEvaluation } = this.options;
    const engine = this.#engine;
    this.#progress("concluding", engine.bytes);
    await engine.settle();
    if (this.#saver?.isWorthIt) await this.#save();
    signal.throwIfAborted();
    this.#isConcluding = true;
    const outcomes = await engine.conclude();
    this.#isConcluding = false;
    const ends = this.#evaluations.filter(({ isEnd }) => isEnd).length;
    const evaluation = evaluate(outcomes, engine.bytes, ends);
    this.#evaluations.push(evaluation);
    await onEvaluation?.(evaluation);
    await this.#save();
  }

  async #save(): Promise<void> {
    if (this.#saver === undefined) return;
    this.#progress("saving", this.#engine.bytes);
    await this.#saver.save();
  }

  get #lastVerdict(): Evaluation["verdict"] | undefined {
    return this.#evaluations.at(-1)?.verdict;
  }

  get #soFar() {
    const { format = "bytes", stamp = null } = this.data;
    const [evaluations, joints, hint] = [this.#evaluations, this.#joints, this.#head.hint];
    return { format, stamp, evaluations, joints, hint };
  }

  #progress(phase: StreamProgress["phase"], bytes: number): void {
    this.options.onProgress?.({ phase, bytes });
  }

  #result(ended: StreamResult["ended"], rest: number): StreamResult {
    const { evaluations, joints, hint } = this.#soFar;
    return { evaluations, bytes: this.#engine.bytes, rest, ended, joints, hint };
  }
}

/** The first bytes of the data, to see if they are what they are taken for. */
class FirstBytes {
  static readonly #MOST = 4_096;
  #bytes = Buffer.alloc(0);

  /** @param known remark of the run that goes on, of which this one does not see the first bytes */
  constructor(
    private readonly data: OpenData,
    private readonly known: string | null | undefined,
  ) {}

  append(piece: Uint8Array): void {
    if (this.#bytes.length >= FirstBytes.#MOST) return;
    this.#bytes = Buffer.concat([this.#bytes, piece.subarray(0, FirstBytes.#MOST - this.#bytes.length)]);
  }

  get hint(): string | null {
    if (this.known !== undefined) return this.known;
    return headHint(this.data, this.#bytes) ?? null;
  }
}
