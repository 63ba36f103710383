/**
 * Long answers, which come in parts while the job is being done. Each part is text. A place goes with them, from which whoever makes the
 * answer goes on after it died, so that no work is done twice. Keys of the bucket of results:
 *
 *     part.ID.NODE.N   the text with number N, from 0
 *     place.ID.NODE    how many parts stand, and the place behind them. Parts with higher numbers may be replaced yet
 */
import { FleetError } from "./fleet-error.ts";
import { digestOf, MOST_JOB_BYTES } from "./job.ts";
import type { Queue } from "./queue.ts";
import { isCount, objectIn } from "./result.ts";

/** Half of what a message may have: lines begin to come early, and one that is longer makes two parts. */
export const MOST_PART_BYTES = MOST_JOB_BYTES / 2;

/** Counts what stands of an answer. */
export interface Standing {
  readonly parts: number;
  /** Length of all parts in UTF-8. */
  readonly bytes: number;
  /** Chain over the parts: SHA-256 of the digest before and the text of the part. Empty without a part. */
  readonly digest: string;
}

export const NOTHING_STANDS: Standing = { parts: 0, bytes: 0, digest: "" };

/** Adds a part to what stands. */
export function withPart({ parts, bytes, digest }: Standing, text: string): Standing {
  return { parts: parts + 1, bytes: bytes + Buffer.byteLength(text), digest: digestOf(digest + text) };
}

export interface PartsSettings {
  readonly queue: Queue;
  /** Id of the job. */
  readonly job: string;
  /** This machine's name. */
  readonly node: string;
  /** Sends something again until it is taken, or the time is over. */
  readonly retry: <T>(what: string, attempt: () => Promise<T>) => Promise<T>;
}

/** The writing side. */
export class AnswerParts {
  private constructor(
    private readonly settings: PartsSettings,
    private now: Standing,
    /** Place behind the parts that stood when it was opened, as JSON; undefined where none did. */
    readonly place: string | undefined,
  ) {}

  /** Finds what stands. @throws as `retry` */
  static async open(settings: PartsSettings): Promise<AnswerParts> {
    const { queue, job, node, retry } = settings;
    const key = queue.keyOf("place", job, node);
    const entry = await retry("the question for its place", () => queue.bucket.get(key));
    if (entry === null) return new AnswerParts(settings, NOTHING_STANDS, undefined);
    const { place, ...standing } = readPlace(entry.value);
    return new AnswerParts(settings, standing, place);
  }

  get standing(): Standing {
    return this.now;
  }

  /** Adds text, and says that it stands. @param place JSON of the place behind it @throws as `retry` */
  async add(text: string, place: string): Promise<void> {
    const { queue, job, node, retry } = this.settings;
    let next = this.now;
    for (const piece of pieces(text)) {
      const key = `${queue.keyOf("part", job, node)}.${next.parts}`;
      await retry(`part ${next.parts} of its answer`, () => queue.bucket.put(key, piece));
      next = withPart(next, piece);
    }
    const key = queue.keyOf("place", job, node);
    await retry("its place", () => queue.bucket.put(key, JSON.stringify({ ...next, place })));
    this.now = next;
  }
}

/** Characters of UTF-16 that take at most as many bytes as a part may have: each takes three at most. */
const PIECE_CHARACTERS = Math.floor(MOST_PART_BYTES / 3);

/** Cuts a text, and no character of it. */
function* pieces(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + PIECE_CHARACTERS);
    if (to < text.length && isFirstHalf(text.charCodeAt(to - 1))) to--;
    yield text.slice(from, to);
    from = to;
  }
}

/** Tells whether it is the first half of a surrogate pair. */
function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Reads what is kept as a place. @throws FleetError where it is none */
export function readPlace(data: Uint8Array): Standing & { readonly place: string } {
  const { parts, bytes, digest, place } = objectIn(data);
  const isWhole = isCount(parts) && isCount(bytes) && typeof digest === "string" && typeof place === "string";
  if (!isWhole) throw new FleetError("what is kept as the place of an answer is none");
  return { parts, bytes, digest, place };
}

/** The reading side, for the answer of one machine to one job: gives each part once, in order, as soon as it stands. */
export class PartsRead {
  #given = NOTHING_STANDS;
  #standing = 0;
  readonly #waiting = new Map<number, string>();

  get given(): Standing {
    return this.#given;
  }

  /** Takes a part as it was kept. @returns texts that can be given now */
  part(number: number, text: string): string[] {
    if (number < this.#given.parts) return [];
    this.#waiting.set(number, text);
    return this.#stands();
  }

  /** Takes a place as it was kept. @returns texts that can be given now */
  place({ parts }: Pick<Standing, "parts">): string[] {
    this.#standing = Math.max(this.#standing, parts);
    return this.#stands();
  }

  #stands(): string[] {
    const texts: string[] = [];
    while (this.#given.parts < this.#standing) {
      const text = this.#waiting.get(this.#given.parts);
      if (text === undefined) break;
      this.#waiting.delete(this.#given.parts);
      this.#given = withPart(this.#given, text);
      texts.push(text);
    }
    return texts;
  }
}
