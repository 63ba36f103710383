/**
 * Damaged programs and archives on the whole path of a scan, with rules that ask every module: nothing throws, and the counts add up.
 * CRYPTEX_MUTATIONS=100000 tries as many, without a limit of time; CRYPTEX_SEED repeats a run.
 */
import { expect, test } from "bun:test";
import { runScan } from "../../src/scan-runner/runner.ts";
import { MAX_SIZE } from "../../src/scan-runner/walk.ts";
import { FILE_KINDS, randomFile } from "../support/files/samples.ts";
import { Random } from "../support/random.ts";
import { RuleFolder } from "../support/rule-folder.ts";
import { damaged } from "./mutations.ts";
import { expectCountsOf, ownThread, ruleSetOf } from "./support.ts";

const ASKED = Number(process.env["CRYPTEX_MUTATIONS"] ?? 0);
const SEED = Number(process.env["CRYPTEX_SEED"] ?? Date.now() % 2 ** 31);
const USUAL = 4000;
const USUAL_MS = 20_000;
/** Files of one scan. */
const ROUND = 64;

const RULES = `
import "pe" import "elf" import "macho" import "dotnet" import "dex" import "hash" import "math" import "string" import "time" import "console"
rule windows { condition: pe.is_pe and (pe.number_of_sections > 0 or pe.number_of_resources >= 0 or pe.imphash() != "" or pe.entry_point >= 0) }
rule signed { condition: pe.number_of_signatures >= 0 and for any s in pe.signatures : (s.valid_on(0) or s.subject contains "x") }
rule sections { condition: for any s in pe.sections : (math.entropy(s.raw_data_offset, s.raw_data_size) > 1.0) }
rule rich { condition: pe.rich_signature.toolid(1, 2) >= 0 or pe.exports("a") or pe.imports("a", "b") or pe.version_info["x"] == "y" }
rule elf_file { condition: elf.number_of_sections > 0 and for any s in elf.sections : (s.size >= 0) }
rule symbols { condition: for any s in elf.symtab : (s.name == "x") or for any s in elf.dynsym : (s.type == 1) or elf.telfhash() != "" }
rule mach { condition: for any s in macho.segments : (s.fsize >= 0) or macho.nfat_arch > 0 }
rule net { condition: dotnet.is_dotnet and (dotnet.number_of_streams > 0 or dotnet.number_of_resources >= 0 or dotnet.version != "") }
rule android { condition: dex.has_class("x") or for any c in dex.class_defs : (c.access_flags >= 0) or dex.header.file_size > 0 }
rule digests { condition: hash.sha256(0, filesize) != "" and hash.md5(10, 5) != hash.crc32(0, 4) + 0 }
rule text { strings: $a = /[a-z]{3,}\\d?/ wide ascii $b = { 4D 5A [0-64] 50 45 } $c = "PK" xor condition: any of them }
rule numbers { condition: for any i in (0..20) : (uint32be(i * 7) == 0 or int16(filesize - i) < 0) or console.hex("n", uint8(3)) }
`.replace("hash.crc32(0, 4) + 0", '"x"');

test("damaged files are scanned or named, and nothing throws", async () => {
  console.log(`seed ${SEED}`);
  using rules = new RuleFolder({ "rules.yar": RULES });
  using files = new RuleFolder();
  const ruleSet = ruleSetOf(rules);
  expect(ruleSet.quarantined).toEqual([]);
  const until = ASKED > 0 ? Number.POSITIVE_INFINITY : performance.now() + USUAL_MS;
  let tried = 0;
  const seen = new Set<string>();
  while (tried < (ASKED || USUAL) && performance.now() < until) {
    const random = new Random(SEED + tried);
    for (let i = 0; i < ROUND; i++) {
      const { bytes } = randomFile(random, random.pick(FILE_KINDS), () => random.bytes(random.int(0, 300)));
      files.write(`f${i}`, damaged(bytes, random).toString("latin1"));
    }
    const events = await Array.fromAsync(
      runScan({
        ruleSet,
        walk: { roots: [files.path], exclude: [], maxSize: MAX_SIZE, maxDepth: 1, follow: false },
        threads: 1,
        timeoutMs: 60_000,
        maxStrings: 10,
        listClean: true,
        signal: new AbortController().signal,
        startThread: ownThread,
      }),
    );
    const { scanned, errors, skipped } = expectCountsOf(events);
    expect([scanned + errors, skipped]).toEqual([ROUND, 0]);
    for (const event of events) {
      if (event.type === "match") seen.add(event.rule);
      // A damaged signature is said to be one; nothing else may go wrong.
      if (event.type === "error" && !event.reason.includes("pe.signatures")) {
        throw new Error(`CRYPTEX_SEED=${SEED + tried}: ${event.path}: ${event.reason}`);
      }
    }
    tried += ROUND;
  }
  console.log(`${tried} damaged files; rules that matched: ${[...seen].sort().join(" ")}`);
  expect(seen.size).toBeGreaterThan(0);
}, 3_600_000);
