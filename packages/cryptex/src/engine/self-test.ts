/**
 * Self tests of the engine: rules with known answers, on data made here. Each is a way in which an engine is known to have missed
 * something in silence, or a part that every scan rests on.
 */
import type { EngineInstance } from "./engine.ts";

export interface SelfTest {
  readonly name: string;
  /** Sources, each with the rules that must match the data, in order. */
  readonly cases: readonly SelfTestCase[];
}

interface SelfTestCase {
  readonly source: string;
  readonly data: Uint8Array;
  /** Numbers of matching rules with their strings, `0 1:4+2`: string, offset, length. Or what the engine must say instead. */
  readonly expect: readonly string[] | "timeout" | "given up";
  readonly timeoutMs?: number;
  readonly maxMatches?: number;
}

export interface SelfTestResult {
  readonly name: string;
  /** Undefined if it passed. */
  readonly fault: string | undefined;
}

/** Runs all tests. @param newInstance makes an engine for each, so that a broken one spoils nothing else */
export function* runSelfTests(newInstance: () => EngineInstance): Generator<SelfTestResult> {
  for (const { name, cases } of SELF_TESTS) {
    let fault: string | undefined;
    for (const each of cases) fault ??= faultOf(each, newInstance);
    yield { name, fault };
  }
}

/** Says in what an engine differs from what is expected. */
export function faultOf(test: SelfTestCase, newInstance: () => EngineInstance): string | undefined {
  try {
    const instance = newInstance();
    const { rules, diagnostics } = instance.compile(Buffer.from(test.source, "latin1"), { filename: "" });
    if (!rules) return `the rules were refused: ${diagnostics[0]?.message}`;
    instance.buffer(test.data.length).set(test.data);
    const { timeoutMs = 0, maxMatches = 1000 } = test;
    const scan = rules.scan(test.data.length, { timeoutMs, maxMatches, externals: { filename: "x.exe" } });
    if (test.expect === "given up") {
      return scan.outcome === "fibers" || scan.givenUp.length > 0
        ? undefined
        : "it gave up and did not say so";
    }
    if (test.expect === "timeout") {
      return scan.outcome === "timeout" ? undefined : `ended "${scan.outcome}" and not "timeout"`;
    }
    if (scan.outcome !== "done") return `ended "${scan.outcome}": ${scan.message ?? ""}`;
    const found = scan.matches.map(({ rule, strings }) =>
      [
        rule,
        ...strings.flatMap(({ string, matches }) => matches.map((m) => `${string}:${m.offset}+${m.length}`)),
      ].join(" "),
    );
    const wanted = test.expect.join(", ");
    return found.join(", ") === wanted ? undefined : `found [${found.join(", ")}] and not [${wanted}]`;
  } catch (error) {
    return (error as Error).message;
  }
}

const text = (value: string) => Buffer.from(value, "latin1");

/** Bytes with something at both ends of a gap. */
function apart(first: string, gap: number, last: string): Buffer {
  return Buffer.concat([text(first), Buffer.alloc(gap, "."), text(last)]);
}

// ---- Files that modules read, as short as they can be ----

function pe(): Buffer {
  const file = Buffer.alloc(1024);
  file.write("MZ", 0);
  file.writeUInt32LE(0x80, 0x3c);
  file.write("PE\0\0", 0x80, "latin1");
  file.writeUInt16LE(0x14c, 0x84); // machine: i386
  file.writeUInt16LE(1, 0x86); // sections
  file.writeUInt16LE(0xe0, 0x94); // bytes of the optional header
  file.writeUInt16LE(0x102, 0x96); // executable, 32 bits
  file.writeUInt16LE(0x10b, 0x98); // PE32
  file.writeUInt32LE(16, 0xf4); // data directories
  file.write(".text", 0x178);
  return file;
}

function elf(): Buffer {
  const file = Buffer.alloc(128);
  file.write("\x7fELF\x02\x01\x01", 0, "latin1");
  file.writeUInt16LE(2, 16); // executable
  file.writeUInt16LE(62, 18); // x86-64
  return file;
}

function macho(): Buffer {
  const file = Buffer.alloc(32);
  file.writeUInt32LE(0xfeedfacf, 0); // 64 bits
  file.writeUInt32LE(0x01000007, 4); // x86-64
  return file;
}

function dex(): Buffer {
  const file = Buffer.alloc(0x70);
  file.write("dex\n035\0", 0, "latin1");
  file.writeUInt32LE(0x70, 0x20); // bytes of the file
  file.writeUInt32LE(0x70, 0x24); // bytes of the header
  return file;
}

const MODULES: readonly [module: string, condition: string, data: Buffer][] = [
  ["console", 'console.log("seen")', text("a")],
  ["dex", 'dex.header.magic == "dex\\n035\\x00"', dex()],
  ["dotnet", "not defined dotnet.version", text("a")],
  ["elf", "elf.machine == elf.EM_X86_64 and elf.type == elf.ET_EXEC", elf()],
  // RFC 1321, FIPS 180-2: digests of "abc".
  [
    "hash",
    'hash.md5(0, filesize) == "900150983cd24fb0d6963f7d28e17f72" and hash.sha1(0, filesize) == "a9993e364706816aba3e25717850c26c9cd0d89d" and hash.sha256(0, filesize) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"',
    text("abc"),
  ],
  ["macho", "macho.cputype == macho.CPU_TYPE_X86_64", macho()],
  ["math", "math.entropy(0, filesize) == 1.0 and math.mean(0, 2) == 97.5", text("abab")],
  ["pe", "pe.is_pe and pe.machine == pe.MACHINE_I386 and pe.number_of_sections == 1", pe()],
  ["string", 'string.to_int("0x10") == 16 and string.length("abc") == 3', text("a")],
  ["time", "time.now() > 1500000000", text("a")],
];

/** `filesize < 100 and $s` and a plain `$s` with the same string: an engine has been seen to answer for one of them only. */
const SMALL = 'rule a { strings: $s = "completed.1" condition: filesize < 100 and $s }\n';
const PLAIN = 'rule b { strings: $s = "completed.1" condition: $s }\n';

export const SELF_TESTS: readonly SelfTest[] = [
  {
    name: "two rules with one string, in both orders",
    cases: [SMALL + PLAIN, PLAIN + SMALL].map((source) => ({
      source,
      data: apart("", 200, "completed.1"),
      expect: source.startsWith("rule a") ? ["1 0:200+11"] : ["0 0:200+11"],
    })),
  },
  ...MODULES.map(([module, condition, data]) => ({
    name: `module ${module}`,
    cases: [{ source: `import "${module}" rule r { condition: ${condition} }`, data, expect: ["0"] }],
  })),
  {
    name: "regular expression that reaches over 3,000 bytes",
    cases: [
      {
        source: "rule r { strings: $a = /foo.{0,3500}bar/ condition: $a }",
        data: apart("foo", 3000, "bar"),
        expect: ["0 0:0+3006"],
      },
    ],
  },
  {
    name: "jump over 10,000 bytes in a hex string",
    cases: [
      {
        source: "rule r { strings: $a = { 48 44 52 [-] 54 41 49 } condition: $a }",
        data: apart("HDR", 10_000, "TAI"),
        expect: ["0 0:0+10006"],
      },
    ],
  },
  {
    name: "offset behind a thousand matches",
    cases: [
      {
        source: 'rule r { strings: $a = "ab" condition: $a at 4000 and #a == 3000 }',
        data: Buffer.alloc(6000, "ab"),
        expect: ["0 0:0+2"],
        maxMatches: 1,
      },
    ],
  },
  {
    name: "sum of 100 counts, 200 parentheses",
    cases: [
      {
        source: `rule r { strings: $a = "ab" condition: ${Array(100).fill("#a").join(" + ")} == 100 }`,
        data: text("ab"),
        expect: ["0 0:0+2"],
      },
      {
        source: `rule r { condition: ${"(".repeat(200)}true${")".repeat(200)} }`,
        data: text(""),
        expect: ["0"],
      },
    ],
  },
  {
    name: "modifiers xor, base64, wide, nocase, fullword",
    cases: [
      {
        source: 'rule r { strings: $a = "attack" xor(1-255) condition: $a }',
        data: text([..."attack"].map((c) => String.fromCharCode(c.charCodeAt(0) ^ 0x5a)).join("")),
        expect: ["0 0:0+6"],
      },
      {
        source: 'rule r { strings: $a = "This program" base64 condition: $a }',
        data: text(`x${Buffer.from("xThis program").toString("base64")}`),
        expect: ["0 0:3+15"],
      },
      {
        source: 'rule r { strings: $a = "ab" wide nocase condition: $a }',
        data: text("A\0B\0"),
        expect: ["0 0:0+4"],
      },
      {
        source: 'rule r { strings: $a = "ab" fullword condition: #a == 1 }',
        data: text("xab ab"),
        expect: ["0 0:4+2"],
      },
    ],
  },
  {
    name: "negated class without case",
    cases: [{ source: "rule r { strings: $a = /[^q]/i condition: $a }", data: text("qQ"), expect: [] }],
  },
  {
    name: "private and global rules, references, externals",
    cases: [
      {
        source:
          "global rule g { condition: filesize > 1 } private rule p { condition: true } rule r { condition: p }",
        data: text("ab"),
        expect: ["0", "2"],
      },
      {
        source:
          "global rule g { condition: filesize > 1 } private rule p { condition: true } rule r { condition: p }",
        data: text("a"),
        expect: [],
      },
      { source: 'rule r { condition: filename == "x.exe" }', data: text(""), expect: ["0"] },
    ],
  },
  {
    name: "time limit ends a rule that never would",
    cases: [
      {
        source:
          "rule r { condition: for all i in (1..9000000000) : (for all j in (1..9000000000) : (i > 0 and j > 0)) }",
        data: text("a"),
        expect: "timeout",
        timeoutMs: 50,
      },
    ],
  },
  {
    name: "too many fibers of a regular expression are said",
    cases: [
      {
        source: "rule r { strings: $a = /a.{0,3000}b.{0,3000}c/ condition: $a }",
        data: text(`a${"b".repeat(1100)}`),
        expect: "given up",
      },
    ],
  },
];
