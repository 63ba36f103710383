/**
 * Where Debian's YARA 4.2.3 answers otherwise than our libyara 4.5.5, each with its reason and an example that the tests try on
 * both. docs/ENGINES.md is the list for readers.
 */
import { dexFile } from "../support/files/dex.ts";
import { dotnetFile } from "../support/files/dotnet.ts";
import { machFile } from "../support/files/mach-o.ts";
import { type PeSpec, peFile } from "../support/files/pe.ts";
import { importSection } from "../support/files/pe-tables.ts";
import type { Places } from "./answers.ts";

/** No match, matching with these places, or no answer. */
export type Verdict = Places | "no match" | "error" | "died";

export interface KnownDifference {
  readonly reason: string;
  readonly rule: string;
  readonly data: Uint8Array;
  readonly ours: Verdict;
  readonly theirs: Verdict;
}

const bytes = (text: string) => Buffer.from(text, "latin1");

const SMALL_PROGRAM: PeSpec = {
  bits: 32,
  timestamp: 1,
  characteristics: 0x102,
  subsystem: 3,
  dllCharacteristics: 0,
  linkerVersion: [14, 0],
  osVersion: [6, 0],
  imageBase: 0x400000,
  checksum: 0,
  sections: [],
  overlay: new Uint8Array(),
};

/** Rules that run into one of these carry its name, and may differ: support/rules names them. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, KnownDifference>> = {
  "regex-ascii-and-wide": {
    reason:
      "a regular expression that is both ascii and wide was not tried as wide where it matched as ascii",
    rule: "rule r { strings: $a = /a.b?/ ascii wide condition: $a }",
    data: bytes("a\0b\0c"),
    ours: ["$a@0+4"],
    theirs: ["$a@0+3"],
  },
  "word-boundary-at-the-end": {
    reason:
      "\\b and \\B were both true at the first and behind the last byte, and could end the program by an assertion",
    rule: "rule r { strings: $a = /ab-\\b/ condition: $a }",
    data: bytes("ab-"),
    ours: "no match",
    theirs: ["$a@0+3"],
  },
  "empty-matches": {
    reason:
      "a regular expression, or what is left of it behind an open range as in /ab.{1,}?c?/, was not found where it is empty",
    rule: "rule r { strings: $a = /abc|/ condition: $a }",
    data: bytes("xabc"),
    ours: ["$a@0+0", "$a@1+3", "$a@2+0", "$a@3+0"],
    theirs: ["$a@1+3"],
  },
  "several-jumps": {
    reason:
      "of several jumps in a hex string ways were lost that meet at one offset, and a jump beyond the end could end the program by an assertion",
    rule: "rule r { strings: $a = { 45 [2-8] 46 [3-8] 44 } condition: $a }",
    data: bytes("EHGFACEHFD"),
    ours: ["$a@0+10"],
    theirs: "no match",
  },
  "pe-import-details": {
    reason: "pe.import_details went on counting functions from library to library",
    rule: 'import "pe" rule r { condition: pe.import_details[1].functions[0].name == "Second" }',
    data: peFile({
      ...SMALL_PROGRAM,
      sections: [
        importSection(32, [
          { library: "one.dll", functions: ["First"] },
          { library: "two.dll", functions: ["Second"] },
        ]),
      ],
    }).bytes,
    ours: [],
    theirs: "no match",
  },
  "dotnet-blob-end": {
    reason: "the last byte of constants and of public keys was cut off",
    rule: 'import "dotnet" rule r { condition: dotnet.constants[0] == "o\\x00n\\x00e\\x00" }',
    data: dotnetFile({
      pe: SMALL_PROGRAM,
      runtime: "v4.0.30319",
      moduleName: "a.exe",
      guid: new Uint8Array(16),
      assembly: { name: "a", culture: "", version: [1, 0, 0, 0] },
      references: [],
      moduleReferences: [],
      classes: [],
      userStrings: [],
      constants: ["one"],
      resources: [],
    }).bytes,
    ours: [],
    theirs: "no match",
  },
  "dex-texts-with-zeros": {
    reason: "dex.header.magic and signature ended at their first zero byte",
    rule: 'import "dex" rule r { condition: dex.header.magic == "dex\\n035\\x00" }',
    data: dexFile([{ name: "LA;", fields: [], methods: ["run"] }]).bytes,
    ours: [],
    theirs: "no match",
  },
  "macho-magic": {
    reason: "macho.magic was read as little endian; it is read as big endian",
    rule: 'import "macho" rule r { condition: macho.magic == 0xcffaedfe }',
    data: machFile({
      bits: 64,
      littleEndian: true,
      cpuType: 0x1000007,
      cpuSubtype: 3,
      fileType: 2,
      flags: 0,
      segments: [],
    }).bytes,
    ours: [],
    theirs: "no match",
  },
};

/** The rules of the differential test say these in other words for YARA 4.2.3, and then have to agree: support/rules/classic.ts. */
export const SAID_OTHERWISE: Readonly<Record<string, KnownDifference>> = {
  "for-none": {
    reason: "`for none` was always true",
    rule: "rule r { condition: for none i in (1, 2) : ( i == 1 ) }",
    data: bytes("any"),
    ours: "no match",
    theirs: [],
  },
  "count-in": {
    reason:
      "`#a in (1..9)` with a lower end other than 0 ended the scan with error 31 (the program is built with YR_PARANOID_EXEC)",
    rule: 'rule r { strings: $a = "ab" condition: #a in (1..filesize) == 1 }',
    data: bytes(".ab"),
    ours: ["$a@1+2"],
    theirs: "error",
  },
  "at-undefined": {
    reason: "`$a at` an undefined offset was false; it is undefined, and so is its negation",
    rule: 'rule r { strings: $a = "ab" $b = "cd" condition: not ($a at @b) }',
    data: bytes(".ab"),
    ours: "no match",
    theirs: ["$a@1+2"],
  },
  "of-at": {
    reason: "`of` a set `at` an offset is new in YARA 4.3",
    rule: 'rule r { strings: $a = "ab" condition: any of them at 1 }',
    data: bytes(".ab"),
    ours: ["$a@1+2"],
    theirs: "error",
  },
  "hex-not": {
    reason: "`~` in hex strings is new in YARA 4.3",
    rule: "rule r { strings: $a = { 41 ~42 43 } condition: $a }",
    data: bytes("AXC"),
    ours: ["$a@0+3"],
    theirs: "error",
  },
};

/** YARA 4.2.3 refuses these and cannot say them in other words, so the differential test does without them. */
export const NOT_COMPARED: Readonly<Record<string, KnownDifference>> = {
  "repeat-of-zero": {
    reason: "the quantifiers {0} and {0,0} are new in YARA 4.5",
    rule: "rule r { strings: $a = /ab{0}c/ condition: $a }",
    data: bytes("ac"),
    ours: ["$a@0+2"],
    theirs: "error",
  },
  "spaces-in-quantifiers": {
    reason: "spaces in quantifiers, as in {1, 3}, are new in YARA 4.5.1; before, they were literal text",
    rule: "rule r { strings: $a = /ab{1, 3}c/ condition: $a }",
    data: bytes("abbc"),
    ours: ["$a@0+4"],
    theirs: "no match",
  },
  "unused-strings": {
    reason:
      "a string that the condition does not use is refused, unless its name begins with $_, since YARA 4.4",
    rule: 'rule r { strings: $_a = "ab" condition: true }',
    data: bytes("ab"),
    ours: ["$a@0+2"],
    theirs: "error",
  },
  "text-sets": {
    reason: "loops over sets of texts are new in YARA 4.3",
    rule: 'rule r { condition: for any s in ("a", "b") : ( s == "b" ) }',
    data: bytes("any"),
    ours: [],
    theirs: "error",
  },
  "module-string": {
    reason: "module string is new in YARA 4.3",
    rule: 'import "string" rule r { condition: string.to_int("7") == 7 and string.length("abc") == 3 }',
    data: bytes("any"),
    ours: [],
    theirs: "error",
  },
  "new-fields": {
    reason:
      "dotnet.classes, pe.import_rva, pe.export_details[].rva, elf.telfhash and other fields are new since YARA 4.3",
    rule: 'import "math" rule r { condition: math.to_string(10) == "10" }',
    data: bytes("any"),
    ours: [],
    theirs: "error",
  },
};
