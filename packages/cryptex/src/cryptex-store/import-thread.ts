/** Thread that takes a large file into the dictionary. */
import { parentPort, workerData } from "node:worker_threads";
import { ProgramError } from "#kit/errors.ts";
import { type FileImport, type ImportReply, importNow } from "./import-file.ts";

const reply = (message: ImportReply) => parentPort!.postMessage(message);
try {
  reply({ kind: "outcome", outcome: importNow(workerData as FileImport) });
} catch (error) {
  if (error instanceof ProgramError) {
    reply({ kind: "refused", code: error.code, message: error.message, hints: error.hints });
  } else reply({ kind: "error", error: (error as Error).stack ?? String(error) });
}
