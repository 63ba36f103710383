/** The side that asks for seeds: several servers at once, of which some may be down, slow, or not who they say. */
import { randomBytes } from "node:crypto";
import { onAbort } from "#kit/abort.ts";
import { visible } from "#kit/format/visible.ts";
import type { Lineage } from "#kit/signing/lineage.ts";
import { SignatureError } from "#kit/signing/signature-error.ts";
import { InputError, InsufficientEntropyError } from "../errors.ts";
import { answerOf, MOST_ANSWER_BYTES, REQUEST_BYTES, SEED_PATH } from "./answer.ts";
import { checkManifest, digestOf, type SignedManifest } from "./manifest.ts";
import { type Identity, unseal } from "./sealing.ts";

export interface SeedRequest {
  readonly servers: readonly URL[];
  readonly identity: Identity;
  /** Keys of the servers, pinned beforehand. */
  readonly trusted: readonly Lineage[];
  /** Seeds that are needed, each of another key. */
  readonly need: number;
  /** For one server. */
  readonly timeoutMs: number;
  /** Bearer token that the servers want. */
  readonly token?: string | undefined;
  readonly signal: AbortSignal;
  /** Told of each server that gave none. */
  readonly onFailure: (server: URL, reason: string) => void;
}

export interface FetchedSeed {
  readonly url: URL;
  readonly manifest: SignedManifest;
  readonly seed: Uint8Array;
}

/** An answer that does not hold: somebody on the way, or at the server, is not who they say. */
export class WrongSeedError extends SignatureError {
  override name = "WrongSeedError";
}

/**
 * Asks all servers, and takes the first seeds that hold. The number in each question is drawn anew, so that an old answer is none.
 * @throws WrongSeedError as soon as an answer does not hold: then no seed is used
 * @throws InsufficientEntropyError where fewer answer than are needed; the signal's reason
 */
export async function fetchSeeds(request: SeedRequest): Promise<FetchedSeed[]> {
  const { servers, need, signal, onFailure } = request;
  const stop = new AbortController();
  using _ = onAbort(signal, () => stop.abort(signal.reason));
  const seeds = new Map<string, FetchedSeed>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const ask = async (server: URL) => {
    try {
      const fetched = await fetchSeed(server, request, stop.signal);
      if (seeds.size >= need) return;
      if (seeds.has(fetched.manifest.key)) onFailure(server, "its key is that of another server");
      else seeds.set(fetched.manifest.key, fetched);
      if (seeds.size >= need) resolve();
    } catch (error) {
      if (error instanceof WrongSeedError) reject(error);
      else if (!stop.signal.aborted) onFailure(server, (error as Error).message);
    }
  };
  const all = Promise.all(servers.map(ask)).then(() => resolve());
  try {
    await promise;
  } finally {
    stop.abort(new Error("enough has come"));
    await all;
  }
  signal.throwIfAborted();
  if (seeds.size < need) {
    throw new InsufficientEntropyError(
      `${seeds.size} of ${servers.length} servers gave a seed, and ${need} are needed: nothing was mixed in`,
    );
  }
  return [...seeds.values()];
}

async function fetchSeed(
  server: URL,
  { identity, trusted, timeoutMs, token }: SeedRequest,
  stop: AbortSignal,
): Promise<FetchedSeed> {
  const { recipient } = identity;
  const request = randomBytes(REQUEST_BYTES).toString("hex");
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([stop, timeout]);
  let answer: ReturnType<typeof answerOf>;
  try {
    answer = answerOf(await asked(new URL(SEED_PATH, server), { recipient, request }, token, signal));
  } catch (cause) {
    if (timeout.aborted && !stop.aborted) throw new InputError(`no answer within ${timeoutMs / 1000} s`);
    throw cause;
  }
  try {
    const expected = { recipient: digestOf(recipient), request, sealed: digestOf(answer.sealed) };
    const manifest = checkManifest(answer.manifest, expected, trusted);
    const seed = await unseal(answer.sealed, identity);
    if (seed.length !== manifest.bytes) throw new InputError(`the seed has ${seed.length} bytes`);
    return { url: server, manifest, seed };
  } catch (cause) {
    if (!(cause instanceof SignatureError || cause instanceof InputError)) throw cause;
    throw new WrongSeedError(`${server.host}: what it answers does not hold: ${cause.message}`, {
      cause,
      hints: ["no seed was mixed in; --pin names the keys of the servers"],
    });
  }
}

/** @throws InputError where it gives none; errors of the connection */
async function asked(
  url: URL,
  question: object,
  token: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(question),
    redirect: "error",
    signal,
  });
  const text = await textUpTo(response, MOST_ANSWER_BYTES);
  if (response.status !== 200) throw new InputError(`it answers ${response.status}: ${reasonIn(text)}`);
  return text;
}

async function textUpTo(response: Response, most: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > most) throw new InputError(`its answer has more than ${most} bytes`); // leaving the loop cancels the rest
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

/** Characters of what a server says that are shown. */
const MOST_REASON = 200;

function reasonIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown };
    if (typeof error === "string") return visible(error.slice(0, MOST_REASON));
  } catch {
    // It is no JSON.
  }
  return visible(text.slice(0, MOST_REASON)) || "nothing more";
}
