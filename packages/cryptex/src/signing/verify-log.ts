/** A chained log, and what vouches for where it ends: a signed head beside it, or a hash that was noted elsewhere. */
import { existsSync } from "node:fs";
import { readSmallBytes } from "#kit/files/small-file.ts";
import type { ChainEnd } from "#kit/signing/chain.ts";
import { checkChain, readHead } from "#kit/signing/chain-check.ts";
import { MAX_BYTES } from "#kit/signing/statement.ts";
import { collecting, readSigned, type Trust, type Verification } from "./verification.ts";

export interface LogOptions {
  /** Path of the signed head. */
  readonly head: string;
  /** Hash of a line, 64 hexadecimal digits. */
  readonly anchor?: string | undefined;
}

/** Reads a log from end to end. @throws InputError where it is none; the signal's reason */
export async function verifyLog(
  path: string,
  { head, anchor }: LogOptions,
  trust: Trust,
  signal: AbortSignal,
): Promise<Verification> {
  const stated = existsSync(head) ? headOf(head, trust) : undefined;
  const wanted = [stated?.end?.hash, anchor].filter((hash) => hash !== undefined);
  const { faults, found, ...end } = await checkChain(path, new Set(wanted), signal);
  const vouched = wanted.map((hash) => found.get(hash)).filter((records) => records !== undefined);
  const covered = vouched.length > 0 ? Math.max(...vouched) : undefined;
  const doubts = doubtsOf(end, { covered, anchor, found, stated: stated?.end });
  const facts = { ...end, ...(covered !== undefined && { covered }) };
  return {
    kind: "log",
    ...(stated?.signed && { signed: stated.signed }),
    faults: [
      ...faults,
      ...(stated?.faults ?? []),
      ...doubts.faults,
      ...(trust.unsigned ? [] : doubts.unsigned),
    ],
    taken: trust.unsigned ? doubts.unsigned : [],
    facts,
  };
}

interface Head {
  readonly end?: ChainEnd;
  readonly signed?: NonNullable<Verification["signed"]>;
  readonly faults: readonly string[];
}

function headOf(path: string, trust: Trust): Head {
  const { faults, ...read } = readSigned(readSmallBytes(path, MAX_BYTES).bytes, trust);
  const named = (all: readonly string[]) => all.map((fault) => `${path}: ${fault}`);
  if (!read.block || faults.length > 0) return { faults: named(faults) };
  const end = collecting(() => readHead(read.block));
  if ("faults" in end) return { faults: named(end.faults) };
  return { end, ...(read.signed && { signed: read.signed }), faults: [] };
}

interface Known {
  /** Records that somebody vouches for. */
  readonly covered: number | undefined;
  readonly anchor: string | undefined;
  readonly found: ReadonlyMap<string, number>;
  readonly stated: ChainEnd | undefined;
}

function doubtsOf(end: ChainEnd, { covered, anchor, found, stated }: Known) {
  const faults: string[] = [];
  if (stated && stated.log !== end.log) faults.push("the signed head is that of another log");
  else if (stated && found.get(stated.hash) !== stated.records) {
    faults.push(
      end.records < stated.records
        ? `the end was cut: there are ${end.records} records, and the signed head counts ${stated.records}`
        : `the log is not the one whose head was signed: its record ${stated.records} was changed, or all were made anew`,
    );
  }
  if (anchor !== undefined && !found.has(anchor)) {
    faults.push(`no line has the hash ${anchor}: the end was cut, or records were made anew`);
  }
  const unsigned: string[] = [];
  if (covered === undefined && faults.length === 0) {
    unsigned.push(
      "nothing vouches for where it ends: a cut end, a change of the last record and a log made anew would not show",
    );
  } else if (covered !== undefined && covered < end.records) {
    unsigned.push(`nothing vouches for the records ${covered + 1} to ${end.records}, which follow`);
  }
  return { faults, unsigned };
}
