/** Bodies of requests, read up to a limit. */
import { orAborted } from "../abort.ts";
import { Refusal } from "./refusal.ts";

/** Levels of lists and objects in each other; no request of ours has more than ten. */
const MAX_DEPTH = 64;

/** For refusals of a body: the rest of it is not waited for. */
const CLOSE = { connection: "close" };

/** Time that a body may take in any case, and how many bytes a second it must have above that: a quarter of a megabit. */
const PATIENCE_MS = 30_000;
const LEAST_BYTES_A_MS = 32;

export interface Reading {
  readonly patienceMs?: number;
  /** Told how many bytes are there by now; what it throws ends the reading. */
  readonly came?: (bytes: number) => void;
}

/** @throws Refusal 413 beyond the limit; 408 for a body that comes too slowly, so that nobody can keep others waiting */
export async function readBytes(
  request: Request,
  maxBytes: number,
  { patienceMs = PATIENCE_MS, came = () => {} }: Reading = {},
): Promise<Uint8Array> {
  const tooLarge = () =>
    new Refusal(
      413,
      `the body has more than ${maxBytes} bytes`,
      // What is still to come would be taken for the next request.
      { connection: "close" },
      { kind: "too-large", limit: maxBytes },
    );
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const startMs = performance.now();
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const untilMs = startMs + patienceMs + length / LEAST_BYTES_A_MS;
      const { done, value } = await before(untilMs, reader.read());
      if (done) break;
      length += value.length;
      if (length > maxBytes) throw tooLarge();
      came(length);
      pieces.push(value);
    }
  } finally {
    // What is still to come is not taken in.
    reader.cancel().catch(() => {});
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

/** @throws Refusal 408 */
async function before<T>(untilMs: number, work: Promise<T>): Promise<T> {
  const late = new AbortController();
  const refuse = () => late.abort(new Refusal(408, "the body comes too slowly", CLOSE));
  const leftMs = untilMs - performance.now();
  // A timer would never fire where there is always something to read.
  if (leftMs <= 0) refuse();
  const timer = setTimeout(refuse, Math.max(0, leftMs));
  try {
    return await orAborted(work, late.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** @param types that are taken, such as "application/json" @throws Refusal 415 */
export function requireType(request: Request, types: readonly string[]): void {
  const sent = /^[^;]*/
    .exec(request.headers.get("content-type") ?? "")![0]
    .trim()
    .toLowerCase();
  if (types.includes(sent)) return;
  throw new Refusal(415, `the body must be ${types.join(" or ")}`, { accept: types.join(", ") });
}

const UTF_8 = new TextDecoder("utf-8", { fatal: true });

/** @throws Refusal 400, 408, 413, 415 */
export async function readJson(request: Request, maxBytes: number, reading?: Reading): Promise<unknown> {
  requireType(request, ["application/json"]);
  const bytes = await readBytes(request, maxBytes, reading);
  let text: string;
  try {
    text = UTF_8.decode(bytes);
  } catch {
    throw new Refusal(400, "the body is not UTF-8");
  }
  // Before it is parsed, for parsers go down level by level.
  if (depthOf(text) > MAX_DEPTH)
    throw new Refusal(400, `the body is nested more than ${MAX_DEPTH} levels deep`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(
      400,
      text.trim() === "" ? "the body is empty, and must be JSON" : "the body is no JSON",
    );
  }
}

/** The beginning of a body does not count, so that small ones are always taken. */
const FREE_BYTES = 64 * 1024;
/** Bytes that are held of all bodies: a dozen of the largest that the APIs here take in one piece. */
const MOST_HELD = 128 * 2 ** 20;
const LATER = { "retry-after": "5", ...CLOSE };

/** Bodies that are held whole: how much of them is under way at a time, whoever sends them. Each counts until its request is done with. */
export class HeldBodies {
  #held = 0;

  constructor(private readonly most = MOST_HELD) {}

  /** Does some work with a body. @throws as `readBytes`; Refusal 503 where too much is under way; what the work throws */
  bytes<T>(request: Request, maxBytes: number, work: (body: Uint8Array) => Promise<T>): Promise<T> {
    return this.#counted(async (came) => work(await readBytes(request, maxBytes, { came })));
  }

  /** The same with JSON. @throws as `readJson`, too */
  json<T>(request: Request, maxBytes: number, work: (body: unknown) => Promise<T>): Promise<T> {
    return this.#counted(async (came) => work(await readJson(request, maxBytes, { came })));
  }

  async #counted<T>(work: (came: (bytes: number) => void) => Promise<T>): Promise<T> {
    let own = 0;
    const came = (bytes: number) => {
      const more = Math.max(0, bytes - FREE_BYTES) - own;
      if (more > 0 && this.#held + more > this.most)
        throw new Refusal(503, "too many large bodies are under way: ask again later", LATER);
      own += more;
      this.#held += more;
    };
    try {
      return await work(came);
    } finally {
      this.#held -= own;
    }
  }
}

/** Counts the levels of lists and objects, whatever else is wrong. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at);
    if (sign === QUOTE) at = endOfText(text, at);
    else if (sign === OPEN_LIST || sign === OPEN_OBJECT) deepest = Math.max(deepest, ++depth);
    else if (sign === CLOSE_LIST || sign === CLOSE_OBJECT) depth -= 1;
  }
  return deepest;
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [
  0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d,
];

function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const sign = text.charCodeAt(at);
    if (sign === BACKSLASH) at += 1;
    else if (sign === QUOTE) return at;
  }
  return text.length;
}
