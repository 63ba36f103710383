/** Runs in a scanning thread: answers batches, in the order in which they come. */

import {
  type Batch,
  type FileResult,
  type MakeEngine,
  POSITION,
  type ThreadData,
  type ThreadReply,
} from "./protocol.ts";
import { FileScanner } from "./scan-file.ts";

export interface Port {
  post(reply: ThreadReply): void;
  listen(handler: (batch: Batch) => void): void;
}

export function serveBatches(
  port: Port,
  { compiled, cancel, position, turns, options, explain }: ThreadData,
  makeEngine: MakeEngine,
): void {
  const moved = () => void Atomics.add(position, POSITION.count, 1);
  const scanner = new FileScanner(makeEngine, compiled, cancel, turns, options, explain, moved);
  try {
    scanner.ready();
  } catch (error) {
    port.post({ kind: "unable", reason: error instanceof Error ? error.message : String(error) });
    return;
  }
  port.listen(({ id, files }) => {
    const results: FileResult[] = [];
    for (const [index, file] of files.entries()) {
      Atomics.store(position, POSITION.file, index);
      moved();
      results.push(scanner.scan(file));
    }
    Atomics.store(position, POSITION.file, -1);
    port.post({ kind: "done", id, results });
  });
}
