/** Texts made of full entropy, to stdout or to a file of their own: passwords, keys, throws of dice. */
import { NewFile } from "#kit/files/new-file.ts";
import type { Io } from "#kit/term/io.ts";
import { ProgressLine } from "#kit/term/progress.ts";
import { Draws } from "../../everyday/draws.ts";
import { openPool, type PoolDeps, type PoolSettings } from "../../pool/open.ts";

export interface HandOutOptions extends PoolSettings {
  readonly timeoutMs: number;
  /** Path of a file that is not there yet; undefined for stdout. */
  readonly output: string | undefined;
}

/** One result. */
export interface Made {
  /** With the line break at its end. */
  readonly text: string | Uint8Array;
  /** Said on stderr once the text is written: the public part of a key, and nothing that is secret. */
  readonly remark?: string;
}

export interface Wanted {
  /** Number of results. */
  readonly count: number;
  make(draws: Draws): Promise<Made>;
  /** Said on stderr when all is written: how many bits a result holds. */
  readonly account: string;
}

/** Characters or bytes that are made before they are written. */
const BATCH_LENGTH = 1 << 16;

/**
 * If this process is copied meanwhile, what was made and not written is made again: the copy has it, too.
 * @throws InsufficientEntropyError when no new entropy came for `timeoutMs`: there is no weaker way. What was written before is whole
 * @throws InputError for a file that cannot be made; ClosedPipeError; the signal's reason
 */
export async function handOut(
  wanted: Wanted,
  options: HandOutOptions,
  io: Io,
  deps: PoolDeps,
): Promise<void> {
  const { count, make, account } = wanted;
  const { output, timeoutMs } = options;
  using open = openPool(options, deps);
  await using file = output === undefined ? undefined : await NewFile.create(output);
  const { full } = open;
  using draws = new Draws(async (out) => {
    using _ = new ProgressLine(io, () => `collecting entropy: ${open.pool.shortage()}`);
    await full.fill(out, { signal: io.signal, timeoutMs });
  });
  let { epoch } = full;
  for (let written = 0; written < count; ) {
    const batch: Made[] = [];
    for (let length = 0; written + batch.length < count && length < BATCH_LENGTH; ) {
      const made = await make(draws);
      batch.push(made);
      length += made.text.length;
    }
    const now = full.epoch;
    if (now !== epoch) {
      epoch = now;
      draws.forget();
      continue;
    }
    const bytes = Buffer.concat(
      batch.map(({ text }) => (typeof text === "string" ? Buffer.from(text) : text)),
    );
    await (file ? file.append(bytes) : io.out(bytes));
    bytes.fill(0);
    for (const { remark } of batch) if (remark !== undefined) io.log.info(remark);
    written += batch.length;
  }
  await file?.complete();
  io.log.info(account);
}
