/**
 * Damaged archives, looked into as deep as they go: nothing throws or hangs, every member that was scanned is counted once, and an archive
 * that lost a member says so. CRYPTEX_MUTATIONS=100000 tries as many, without a limit of time; CRYPTEX_SEED repeats a run.
 */
import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { kindOf } from "../../src/archives/kind.ts";
import { damaged } from "../hostile/mutations.ts";
import { Random } from "../support/random.ts";
import { expectWhole, look } from "./look.ts";
import vectors from "./vectors.json";
import { bytesOf, tar, zip } from "./writers.ts";

const ASKED = Number(process.env["CRYPTEX_MUTATIONS"] ?? 0);
const SEED = Number(process.env["CRYPTEX_SEED"] ?? Date.now() % 2 ** 31);
const LEAST = 2000;
const USUAL = 20_000;
const USUAL_MS = 15_000;

const NEEDLE = bytesOf("a needle in it, and some more of it: needle, needle, needle");

function goodOnes(): Uint8Array[] {
  const members = [
    { name: "a/b.exe", content: NEEDLE },
    { name: "stored", content: NEEDLE, method: 0 },
    { name: "later", content: NEEDLE, descriptor: true },
    { name: "../up", content: new Uint8Array(300) },
  ];
  const archive = zip(members);
  const files = tar([
    { name: "a", content: NEEDLE },
    { name: "b", content: archive },
    { name: "l", type: "2", link: "/etc/passwd" },
    { name: "c", content: NEEDLE, pax: { path: "a very long name" } },
  ]);
  const made = Object.entries(vectors).flatMap(([name, base64]) =>
    name === "source" || name.includes("MiB") ? [] : [new Uint8Array(Buffer.from(base64, "base64"))],
  );
  return [
    archive,
    zip(members, { wide: true, front: bytesOf("front") }),
    zip([{ name: "n.zip", content: archive, method: 0 }], { comment: bytesOf("PK\x05\x06 comment") }),
    files,
    gzipSync(files),
    Bun.zstdCompressSync(files),
    gzipSync(NEEDLE),
    ...made,
  ];
}

/** Numbers where sizes and offsets stand are what archives break by. */
function withNumbers(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Buffer.from(bytes);
  for (let times = random.int(1, 3); times > 0 && copy.length >= 8; times--) {
    const at = random.int(0, copy.length - 8);
    const width = random.pick([1, 2, 4, 8]);
    const value = random.pick([
      0,
      1,
      2 ** 8 - 1,
      2 ** 15,
      2 ** 16 - 1,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32 - 1,
      copy.length,
      at,
    ]);
    for (let i = 0, rest = BigInt(value); i < width; i++, rest >>= 8n) copy[at + i] = Number(rest & 0xffn);
  }
  return copy;
}

test("damaged archives are looked into, and everything adds up", () => {
  console.log(`seed ${SEED}`);
  const archives = goodOnes();
  const until = ASKED > 0 ? Number.POSITIVE_INFINITY : performance.now() + USUAL_MS;
  const kinds = new Map<string, number>();
  let tried = 0;
  for (; tried < (ASKED || USUAL) && (tried < LEAST || performance.now() < until); tried++) {
    const random = new Random(SEED + tried);
    const good = random.pick(archives);
    const bytes = random.chance(0.5) ? new Uint8Array(damaged(good, random)) : withNumbers(good, random);
    if (!kindOf(bytes)) continue;
    try {
      const looked = look(bytes, { limits: { members: 1000, bytes: 2 ** 26 }, maxSize: 2 ** 24 });
      expectWhole(looked);
      for (const { kind } of looked.members) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      expectNoLoss(good, bytes, looked.lines, looked.scanned.length);
    } catch (error) {
      throw new Error(`seed ${SEED + tried}: ${Buffer.from(bytes).toString("base64")}`, { cause: error });
    }
  }
  console.log(
    `${tried} archives tried, lines: ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(", ")}`,
  );
  expect(tried).toBeGreaterThanOrEqual(LEAST);
  for (const kind of ["scanned", "error", "note", "skip"]) expect(kinds.get(kind) ?? 0).toBeGreaterThan(0);
});

/** Fewer members than in the good one, and no line that says so, are a silent loss: unless the damage made another good archive. */
function expectNoLoss(good: Uint8Array, bytes: Uint8Array, lines: readonly string[], scanned: number): void {
  if (kindOf(good) !== "zip" || lines.some((line) => !/^match [^:]*$/.test(line))) return;
  if (Buffer.from(good).equals(bytes)) return;
  expect(scanned).toBeGreaterThanOrEqual(look(good).scanned.length);
}
