/** A run that is saved now and then, and one that goes on from where it was saved. */
import { ChainWalk, FIRST_LINK, linksOf } from "../../deep/engine/chain.ts";
import type { Engine } from "../../deep/engine/engine.ts";
import { batteryDigest, type SavedRun } from "../../deep/engine/saved-run.ts";
import type { FoundRun, StateFile } from "../../deep/engine/state-file.ts";
import { InputError } from "../../errors.ts";
import type { OpenData } from "../input-data.ts";

export interface StateOptions {
  readonly file: StateFile;
  readonly found: FoundRun | undefined;
  /** The data do not begin again: they go on where the run that was found has ended. */
  readonly goesOn: boolean;
  readonly pace?: SavingPace;
}

export interface SavingPace {
  /** A run is saved after so much work, and at each evaluation. */
  readonly saveMs: number;
  /** An evaluation that is given up leaves its states of no use: after more work than this, they are saved before. */
  readonly mostLostMs: number;
}

const PACE: SavingPace = { saveMs: 180_000, mostLostMs: 20_000 };

/** Saves a run in its file. */
export class Saver {
  #savedMs = performance.now();
  /** Counts what the file has. */
  #saved: { readonly bytes: number; readonly evaluations: number };

  constructor(
    private readonly file: StateFile,
    private readonly engine: Engine,
    private readonly runSoFar: () => Omit<SavedRun, "battery" | "bytes">,
    private readonly pace = PACE,
  ) {
    this.#saved = { bytes: engine.bytes, evaluations: runSoFar().evaluations.length };
  }

  get isDue(): boolean {
    return this.engine.bytes > this.#saved.bytes && performance.now() - this.#savedMs >= this.pace.saveMs;
  }

  /** Tells if much would be lost with the present states. */
  get isWorthIt(): boolean {
    return performance.now() - this.#savedMs >= this.pace.mostLostMs;
  }

  /** Has the parts take in all whole units, and saves them; does nothing where there is nothing new. @throws InputError; errors of the parts */
  async save(): Promise<void> {
    const { engine, file } = this;
    await engine.settle();
    const run = this.runSoFar();
    const now = { bytes: engine.bytes, evaluations: run.evaluations.length };
    const isSaved = this.#saved.bytes === now.bytes && this.#saved.evaluations === now.evaluations;
    if (isSaved) return;
    await file.write({ battery: batteryDigest(engine.parts), bytes: now.bytes, ...run }, engine.states);
    this.#saved = now;
    this.#savedMs = performance.now();
  }
}

/** Returns the place from which data are needed to tell if they are the same again: the last unit before the place where they go on. */
export function knownOf({ run, states }: FoundRun): {
  readonly stamp: string | null;
  readonly bytes: number;
} {
  return { stamp: run.stamp, bytes: linksOf(states.at(-1)!, run.bytes).before.bytes };
}

/**
 * Returns the data that follow those that the run has seen, once it is sure that these are the same again. Of a file that was not changed
 * since, the last unit is compared; else all.
 * @throws InputError where they are others, or fewer; errors of the data
 */
export async function dataAfter(
  data: OpenData,
  { file, found, goesOn }: StateOptions,
  onBytes: (bytes: number) => void,
): Promise<AsyncIterable<Uint8Array>> {
  if (found === undefined) return data.pieces;
  const { format = "bytes", name } = data;
  if (format !== found.run.format) {
    throw new InputError(
      `the run in ${file.path} has read its data as ${found.run.format}, not as ${format}`,
      {
        hints: [`--input-format ${found.run.format}, or another file for the state`],
      },
    );
  }
  if (goesOn) return data.pieces;
  const { last, before } = linksOf(found.states.at(-1)!, found.run.bytes);
  const walk = new ChainWalk(data.from === 0 ? FIRST_LINK : before);
  const pieces = data.pieces[Symbol.asyncIterator]();
  let left: Uint8Array = new Uint8Array(0);
  while (walk.bytes < last.bytes) {
    const { done, value: piece } = await pieces.next();
    if (done) {
      throw new InputError(
        `${name} ends after ${walk.bytes} bytes; the run in ${file.path} has seen ${last.bytes}`,
        { hints: HINTS },
      );
    }
    const known = piece.subarray(0, last.bytes - walk.bytes);
    walk.update(known);
    left = piece.subarray(known.length);
    onBytes(walk.bytes);
  }
  if (walk.digest !== last.digest) {
    throw new InputError(
      `the first ${last.bytes} bytes of ${name} are not those that the run in ${file.path} has seen`,
      { hints: HINTS },
    );
  }
  return following(left, pieces);
}

async function* following(
  first: Uint8Array,
  pieces: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  yield* { [Symbol.asyncIterator]: () => pieces };
}

const HINTS = [
  "give it the same data from their beginning, or another file for the state",
  "--input-goes-on, where the data do not begin again, as those of hardware",
];
