/** Explains one rule for one file, or for bytes, in a thread of its own that reads the file as a scan does. */

import { onAbort } from "#kit/abort.ts";
import { NO_ARCHIVES } from "../archives/limits.ts";
import type { Explanation } from "../explain/explanation.ts";
import type { ShownLimits } from "../explain/show.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { shared } from "./content.ts";
import { Crew } from "./crew.ts";
import type { FileResult } from "./protocol.ts";
import { type StartThread, startScanThread } from "./thread.ts";

export interface ExplainFileRequest {
  /** With its texts. */
  readonly ruleSet: RuleSet;
  /** Number in the set. */
  readonly rule: number;
  /** A binary string; the name that is shown, where there is content. */
  readonly path: string;
  /** Stands in place of what is on the disk. */
  readonly content?: Uint8Array;
  /** See `WalkOptions.within`. */
  readonly within?: string;
  /** False where the path must not be a link by now; by default a link is followed. */
  readonly byLink?: boolean;
  readonly maxSize: number;
  /** 0 is without limit. */
  readonly timeoutMs: number;
  readonly shown: ShownLimits;
  readonly signal: AbortSignal;
  readonly startThread?: StartThread;
}

export type ExplainedFileResult =
  | { readonly explanation: Explanation; readonly size: number; readonly sha256: string }
  /** The file could not be read, or the thread did not come back. */
  | { readonly reason: string };

/** @throws the signal's reason; ProgramError where the rules do not load */
export async function explainFile(request: ExplainFileRequest): Promise<ExplainedFileResult> {
  const { ruleSet, rule, path, content, within, maxSize, timeoutMs, shown, signal } = request;
  if (!ruleSet.packed) throw new Error("the rule set was opened without its texts");
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<FileResult>();
  const cancel = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  using _listener = onAbort(signal, () => reject(signal.reason));
  using crew = new Crew({
    threads: 1,
    compiled: ruleSet.compiled,
    cancel,
    options: {
      timeoutMs,
      maxStrings: 0,
      maxSize,
      digestAll: true,
      archives: NO_ARCHIVES,
      listClean: false,
      ...(within !== undefined && { within }),
    },
    explain: { ...ruleSet.packed, externals: ruleSet.externals, shown, rule },
    startThread: request.startThread ?? startScanThread,
    onFailure: reject,
  });
  const file = { path, byLink: request.byLink ?? true, ...(content && { content: shared(content) }) };
  crew.submit({ files: [file], done: ([result]) => resolve(result!) });
  const result = await promise;
  switch (result.kind) {
    case "scanned":
      return {
        explanation: result.explanation!,
        size: result.identity.size,
        sha256: result.sha256!,
      };
    case "skip":
    case "error":
      return { reason: result.reason };
    default:
      throw new Error(`a thread answered "${result.kind}"`);
  }
}
