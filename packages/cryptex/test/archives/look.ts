/** Looks into an archive as a scan does, with a search for one word in place of the engine. */
import { type Kind, kindOf, type Unreadable } from "../../src/archives/kind.ts";
import { type ArchiveLimits, DEFAULT_LIMITS } from "../../src/archives/limits.ts";
import { unpackerModule } from "../../src/archives/unpacker-file.ts";
import { Unpackers } from "../../src/archives/unpackers.ts";
import type { ArchiveResult } from "../../src/scan-runner/protocol.ts";
import { scanArchive } from "../../src/scan-runner/scan-archive.ts";

export const WORD = "needle";

const unpackers = new Unpackers(unpackerModule);

export interface Look {
  readonly limits?: Partial<ArchiveLimits>;
  readonly maxSize?: number;
  readonly timeoutMs?: number;
  /** Name of the file. */
  readonly name?: string;
  readonly check?: () => void;
  /** Default does not list them. */
  readonly listClean?: boolean;
}

export interface Looked extends ArchiveResult {
  /** Names and contents of all members that were scanned, in order. */
  readonly scanned: readonly (readonly [name: string, content: string])[];
  /** `match NAME`, `clean NAME`, `damaged NAME: FAULTS`, or `KIND NAME: REASON`. */
  readonly lines: readonly string[];
  readonly bytes: number;
}

export function look(bytes: Uint8Array, options: Look = {}): Looked {
  const {
    limits,
    maxSize = 2 ** 26,
    timeoutMs = 0,
    name = "file",
    check = () => {},
    listClean = false,
  } = options;
  const scanned: [string, string][] = [];
  let total = 0;
  const result = scanArchive(bytes, kind(bytes), name, {
    limits: { depth: 8, ...DEFAULT_LIMITS, ...limits },
    maxSize,
    timeoutMs,
    listClean,
    unpackers,
    claim: () => {},
    check,
    scan: (content, path) => {
      total += content.length;
      const isFound = Buffer.from(content.buffer, content.byteOffset, content.length).includes(WORD);
      scanned.push([path.slice(name.length), Buffer.from(content.subarray(0, 4096)).toString("latin1")]);
      const hits = isFound ? { hits: [{ rule: 0, strings: [] }] } : {};
      return { kind: "scanned", size: content.length, ...hits };
    },
  });
  const lines = result.members.map((member) => {
    if (member.kind !== "scanned") return `${member.kind} ${member.name}: ${member.reason}`;
    const { notEvaluated = [], hits } = member;
    const faults = notEvaluated.length > 0 ? `: ${notEvaluated.join("; ")}` : "";
    return `${hits ? "match" : faults ? "damaged" : "clean"} ${member.name}${faults}`;
  });
  return { ...result, scanned, lines, bytes: total };
}

function kind(bytes: Uint8Array): Kind | Unreadable {
  const found = kindOf(bytes);
  if (!found) throw new Error("this is no archive");
  return found;
}

/** Makes sure that each member that was scanned is counted, once. */
export function expectWhole({ scanned, clean, members }: Looked): void {
  const said = members.filter((member) => member.kind === "scanned").length;
  if (scanned.length !== clean + said) {
    throw new Error(`${scanned.length} members were scanned, ${clean} are clean, ${said} have lines`);
  }
}
