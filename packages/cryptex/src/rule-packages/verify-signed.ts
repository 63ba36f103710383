/** Verifies whatever was signed: an artifact, a packed rule set, a log. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { UsageError } from "#kit/errors.ts";
import type { Reading } from "#kit/signing/artifact.ts";
import { headPath, logId } from "#kit/signing/chain.ts";
import type { Kind, Trust, Verification } from "../signing/verification.ts";
import { signaturePath, verifyArtifact } from "../signing/verify-artifact.ts";
import { verifyLog } from "../signing/verify-log.ts";
import { verifyPackage } from "./rule-package.ts";
import { SeenVersions } from "./seen-versions.ts";
import { isPackage } from "./use-package.ts";

export interface VerifyOrder {
  readonly path: string;
  /** Undefined: by the content. */
  readonly kind?: Kind | undefined;
  /** Undefined: the one beside it. A signature beside it that is named makes an artifact of whatever it is. */
  readonly signature?: string | undefined;
  readonly anchor?: string | undefined;
  readonly trust: Trust;
  /** Folder of the keys. */
  readonly keys: string;
}

/** @throws InputError where something is not there; the signal's reason */
export async function verifySigned(order: VerifyOrder, reading: Reading): Promise<Verification> {
  const { path, signature, anchor, trust, keys } = order;
  const kind = order.kind ?? kindOf(path, signature);
  if (anchor !== undefined && kind !== "log") throw new UsageError("--anchor is for logs");
  if (kind === "ruleset") return verifyPackage(path, trust, new SeenVersions(keys)).verification;
  if (kind === "log")
    return verifyLog(path, { head: signature ?? headPath(path), anchor }, trust, reading.signal);
  return verifyArtifact(path, signature ?? signaturePath(path), trust, reading);
}

function kindOf(path: string, signature: string | undefined): Kind {
  if (isLog(path)) return "log";
  return signature === undefined && isPackage(path) ? "ruleset" : "artifact";
}

/** The first line of a log has some 100 bytes. */
const START_BYTES = 4096;

function isLog(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, "r");
    try {
      const start = new Uint8Array(START_BYTES);
      const read = start.subarray(0, readSync(file, start, 0, START_BYTES, 0));
      return logId(read.subarray(0, Math.max(0, read.indexOf(0x0a)))) !== undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return false; // whoever reads it says why it cannot be read
  }
}
