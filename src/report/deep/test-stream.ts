/** Takes data through the battery for large data, from their first byte to their end, or to the first evaluation that fails. */
import { onAbort } from "#kit/abort.ts";
import { MOST_BYTES, nextDoubling } from "../../deep/budget.ts";
import { BATTERY, type Battery } from "../../deep/engine/crew.ts";
import { Engine } from "../../deep/engine/engine.ts";
import { type Evaluation, evaluate } from "../../deep/evaluation.ts";
import { InputError } from "../../errors.ts";
import type { ReportData } from "../run-options.ts";

export interface StreamOptions {
  /** Most threads; 0: everything runs in this one. The results are the same. */
  readonly threads: number;
  /** Go on after an evaluation that fails. */
  readonly keepsGoing: boolean;
  readonly signal: AbortSignal;
  readonly battery?: Battery;
  readonly onEvaluation?: (evaluation: Evaluation) => void | Promise<void>;
  readonly onBytes?: (bytes: number) => void;
}

export interface StreamResult {
  readonly evaluations: readonly Evaluation[];
  /** Number of bytes that all tests have seen: whole units. */
  readonly bytes: number;
  /** Bytes after them, less than a unit, that no test has seen. */
  readonly rest: number;
  /** Why no more was read: the data ended, an evaluation failed, or more are never tested. */
  readonly ended: "data" | "fail" | "most";
}

/** @throws InputError if there is no byte; errors of the data and of the tests; the signal's reason */
export async function testStream(data: ReportData, options: StreamOptions): Promise<StreamResult> {
  const { threads, keepsGoing, signal, battery = BATTERY, onEvaluation, onBytes } = options;
  using engine = new Engine({ threads, battery });
  using _ = onAbort(signal, () => engine.close(signal.reason));
  const evaluations: Evaluation[] = [];
  const conclude = async () => {
    const outcomes = await engine.conclude();
    const ends = evaluations.filter(({ isEnd }) => isEnd).length;
    const evaluation = evaluate(outcomes, engine.bytes, ends);
    evaluations.push(evaluation);
    await onEvaluation?.(evaluation);
    return evaluation;
  };
  const result = (ended: StreamResult["ended"], rest: number): StreamResult => {
    return { evaluations, bytes: engine.bytes, rest, ended };
  };

  for await (const piece of data.pieces) {
    for (let left = piece; left.length > 0; ) {
      signal.throwIfAborted();
      const next = nextDoubling(engine.bytes)!;
      const taken = left.subarray(0, next - engine.bytes);
      await engine.append(taken);
      left = left.subarray(taken.length);
      onBytes?.(engine.bytes);
      if (engine.bytes < next) continue;
      const { verdict, bytes } = await conclude();
      if (bytes === MOST_BYTES) return result("most", 0);
      if (verdict === "fail" && !keepsGoing) return result("fail", 0);
    }
  }
  if (engine.bytes === 0) throw new InputError("there is nothing to test: the input is empty");
  const rest = await engine.settle();
  if (engine.bytes > (evaluations.at(-1)?.bytes ?? 0)) await conclude();
  return result("data", rest);
}
