/**
 * Compiled sets kept from run to run, a file each, in a folder of the user's cache. An entry is used only where every rule file still
 * has the digest that it had, and no file has appeared where an include was looked for in vain.
 */
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { Replacement } from "#kit/files/replace-file.ts";
import type { EngineFacts } from "../engine/engine.ts";
import { VERSION } from "../version.ts";
import { listRuleFiles, readRuleFile } from "./list-rule-files.ts";
import type { PackedRuleSet, RuleSetRequest } from "./rule-set.ts";

/** Changes with the layout of an entry. What decides what a set is made of changes with the program's version. */
const FORMAT = 4;
/** Entries kept, the last used ones: a compiled set of 3,000 rules has about 7 MB. */
const MAX_ENTRIES = 20;

/** The part of a set besides its bytes. */
type Head = Omit<PackedRuleSet, "table" | "compiled" | "texts"> & {
  readonly format: number;
  readonly tableBytes: number;
  readonly compiledBytes: number;
  /** Null where the texts were not asked for. */
  readonly textsBytes: number | null;
};

export class RuleSetCache {
  /** @param folder made when something is kept */
  constructor(
    private readonly folder: string,
    private readonly engine: EngineFacts,
  ) {}

  /** Finds a set as it would be built now. An entry that is damaged or out of date is as if it were not there. */
  find(request: RuleSetRequest): PackedRuleSet | undefined {
    try {
      const path = this.pathOf(request);
      const entry = readEntry(path);
      if (!entry || !isCurrent(entry, request)) return undefined;
      utimesSync(path, new Date(), new Date());
      return entry;
    } catch {
      return undefined;
    }
  }

  /** Keeps a set, unless a file of it could not be read: that may end at any time. @throws the system's error */
  keep(request: RuleSetRequest, set: PackedRuleSet): void {
    if (set.quarantined.some(({ rule, line }) => rule === null && line === null)) return;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const { table, compiled, texts, ...rest } = set;
    const head: Head = {
      ...rest,
      format: FORMAT,
      tableBytes: table.length,
      compiledBytes: compiled.length,
      textsBytes: texts?.length ?? null,
    };
    const text = Buffer.from(JSON.stringify(head));
    const length = Buffer.alloc(HEAD_LENGTH_BYTES);
    length.writeUInt32LE(text.length);
    using file = new Replacement(this.pathOf(request), 0o600);
    const content = Buffer.concat([length, text, table, compiled, ...(texts ? [texts] : [])]);
    file.write(checksumOf(content));
    file.write(content);
    file.publish();
    this.prune();
  }

  /** A set is found by the question, not by the answer: what was named, from where, for which engine, by which version of the program. */
  private pathOf(request: RuleSetRequest): string {
    const { paths, includeFolders, externals, withTexts = false, showPrivate = false } = request;
    const values = Object.entries(externals).map(([name, value]) => [name, typeof value, String(value)]);
    const absolute = (each: string) => [each, resolve(each)];
    const question = [
      FORMAT,
      VERSION,
      this.engine,
      paths.map(absolute),
      includeFolders.map(absolute),
      values.sort(),
      withTexts,
      showPrivate,
    ];
    const key = new Bun.CryptoHasher("sha256").update(JSON.stringify(question)).digest("hex").slice(0, 32);
    return join(this.folder, `${key}.rules`);
  }

  private prune(): void {
    const entries = readdirSync(this.folder)
      .filter((name) => name.endsWith(".rules"))
      .map((name) => join(this.folder, name))
      .map((path) => ({ path, used: statSync(path).mtimeMs }))
      .sort((a, b) => b.used - a.used);
    for (const { path } of entries.slice(MAX_ENTRIES)) rmSync(path, { force: true });
  }
}

/** True if a set would be built of the same files with the same bytes. */
function isCurrent({ listed, files, absent }: PackedRuleSet, { paths }: RuleSetRequest): boolean {
  const now = listRuleFiles(paths);
  return (
    now.quarantined.length === 0 &&
    now.listed.length === listed.length &&
    now.listed.every(({ path }, index) => path === listed[index]) &&
    !absent.some((path) => existsSync(path)) &&
    files.every(
      ([path, digest]) => new Bun.CryptoHasher("sha256").update(readRuleFile(path)).digest("hex") === digest,
    )
  );
}

/**
 * An entry: checksum of what follows, length of the head, head, table, compiled rules, texts. The checksum tells damage, in a tenth of the
 * time of a digest; whoever may write into the folder could make either.
 */
const CHECKSUM_BYTES = 8;
const HEAD_LENGTH_BYTES = 4;
const HEAD_START = CHECKSUM_BYTES + HEAD_LENGTH_BYTES;

function readEntry(path: string): PackedRuleSet | undefined {
  const all = readShared(path);
  if (!checksumOf(all.subarray(CHECKSUM_BYTES)).equals(all.subarray(0, CHECKSUM_BYTES))) return undefined;
  const headBytes = new DataView(all.buffer).getUint32(CHECKSUM_BYTES, true);
  const text = Buffer.from(all.subarray(HEAD_START, HEAD_START + headBytes)).toString();
  const { format, tableBytes, compiledBytes, textsBytes, ...rest } = JSON.parse(text) as Head;
  const start = HEAD_START + headBytes;
  const compiledAt = start + tableBytes;
  const textsAt = compiledAt + compiledBytes;
  if (format !== FORMAT || textsAt + (textsBytes ?? 0) !== all.length) return undefined;
  return {
    ...rest,
    table: all.subarray(start, compiledAt),
    compiled: all.subarray(compiledAt, textsAt),
    ...(textsBytes !== null && { texts: all.subarray(textsAt) }),
  };
}

function readShared(path: string): Uint8Array {
  const fd = openSync(path, "r");
  try {
    const size = fstatSync(fd).size;
    const all = new Uint8Array(new SharedArrayBuffer(size));
    return all.subarray(0, readSync(fd, all, 0, size, 0));
  } finally {
    closeSync(fd);
  }
}

function checksumOf(content: Uint8Array): Buffer {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeBigUInt64LE(Bun.hash.wyhash(content));
  return checksum;
}
