/** Takes a file into the dictionary of a store. A large one is taken in by a thread, so that the program can be interrupted. */
import { Worker } from "node:worker_threads";
import { orAborted } from "#kit/abort.ts";
import { InputError, ProgramError } from "#kit/errors.ts";
import type { ReadOptions } from "../dictionary/formats/document.ts";
import { readDictionary } from "../dictionary/formats/read.ts";
import { type ImportOptions, type ImportOutcome, importInto } from "../dictionary/import.ts";
import { storedDictionary } from "./dictionary.ts";
import { openStore } from "./store.ts";

/** Serialises, so that a thread can have it. */
export interface FileImport {
  readonly bytes: Uint8Array;
  /** Name of the file, for messages. */
  readonly name: string;
  /** Path of the store, which is there. */
  readonly store: string;
  readonly reading: ReadOptions;
  readonly taking: ImportOptions;
}

export type ImportReply =
  | { readonly kind: "outcome"; readonly outcome: ImportOutcome }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly message: string;
      readonly hints: readonly string[];
    }
  | { readonly kind: "error"; readonly error: string };

/** Smaller files are taken in before anybody could interrupt. */
const LARGE_BYTES = 4 * 2 ** 20;

/** @throws InputError, StoreError and so on; from a thread, ProgramError with their codes; the signal's reason */
export async function importFile(request: FileImport, signal: AbortSignal): Promise<ImportOutcome> {
  return request.bytes.length < LARGE_BYTES ? importNow(request) : await importInThread(request, signal);
}

/** @throws InputError, StoreError, DictionaryError */
export function importNow({ bytes, name, store: path, reading, taking }: FileImport): ImportOutcome {
  const document = readDictionary(bytes, name, reading);
  using store = openStore(path);
  const { taken, remarks, unknownDeps } = importInto(storedDictionary(store), document, taking);
  return { taken, remarks, unknownDeps };
}

async function importInThread(request: FileImport, signal: AbortSignal): Promise<ImportOutcome> {
  const worker = new Worker(new URL("./import-thread.ts", import.meta.url), { workerData: request });
  const { promise, resolve, reject } = Promise.withResolvers<ImportOutcome>();
  worker.on("message", (reply: ImportReply) => {
    if (reply.kind === "outcome") resolve(reply.outcome);
    else if (reply.kind === "refused") reject(refusal(reply));
    else reject(new Error(`the import has failed: ${reply.error}`));
  });
  worker.once("error", reject);
  worker.once("exit", () => reject(new Error("the thread of the import has ended")));
  try {
    return await orAborted(promise, signal);
  } finally {
    promise.catch(() => {});
    // What it has not committed yet never was.
    void worker.terminate();
  }
}

function refusal({ code, message, hints }: ImportReply & { readonly kind: "refused" }): ProgramError {
  return code === "input" ? new InputError(message, { hints }) : new ProgramError(code, message, { hints });
}
