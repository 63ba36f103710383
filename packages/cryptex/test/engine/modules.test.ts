/** Each of YARA's modules answers, with what the format's own fields or an independent implementation say. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { ENGINE } from "../../src/engine/engine-file.ts";
import {
  bytes,
  dexFile,
  dotnetFile,
  elfFile,
  errorsOf,
  file,
  machoFile,
  matching,
  newEngine,
  peFile,
  rulesOf,
  scan,
} from "./support.ts";

const engine = newEngine();

function holds(module: string, condition: string, data: Uint8Array | string = ""): boolean {
  return matching(engine, `import "${module}" rule r { condition: ${condition} }`, data).length === 1;
}

test.each([
  ["console", 'console.log("x")', ""],
  ["dex", 'dex.header.magic == "dex\\n035\\x00" and dex.header.endian_tag == 0x12345678', dexFile()],
  ["dotnet", 'dotnet.is_dotnet and dotnet.version == "v4.0.30319"', dotnetFile()],
  ["elf", "elf.type == elf.ET_EXEC and elf.machine == elf.EM_X86_64 and elf.entry_point == 0x80", elfFile()],
  ["hash", 'hash.md5(0, filesize) == "900150983cd24fb0d6963f7d28e17f72"', "abc"],
  ["macho", "macho.cputype == macho.CPU_TYPE_ARM64 and macho.filetype == macho.MH_EXECUTE", machoFile()],
  ["math", "math.entropy(0, filesize) == 2.0", "abcd"],
  ["pe", 'pe.is_pe and pe.machine == pe.MACHINE_I386 and pe.sections[0].name == ".text"', peFile()],
  ["string", 'string.length("abc") == 3 and string.to_int("-0x10") == -16', ""],
  ["time", "time.now() > 1700000000", ""],
] as const)("%s", (module, condition, data) => {
  expect(holds(module, condition, data)).toBe(true);
});

test("the engine's description lists the modules that it has", () => {
  expect(errorsOf(engine, ENGINE.modules.map((name) => `import "${name}"`).join("\n"))).toEqual([]);
  expect(errorsOf(engine, 'import "cuckoo"')).toEqual([{ line: 1, message: 'unknown module "cuckoo"' }]);
  expect(ENGINE.version).toBe(engine.version);
});

describe("digests are those of node:crypto", () => {
  // Around the lengths where padding takes another block, and where a block ends.
  const lengths = [0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000, 100_003];
  test.each(["md5", "sha1", "sha256"])("%s", (algorithm) => {
    for (const length of lengths) {
      const data = Uint8Array.from({ length }, (_, i) => (i * 7 + length) % 251);
      const digest = createHash(algorithm).update(data).digest("hex");
      // The module has no digest of nothing.
      expect(holds("hash", `hash.${algorithm}(0, filesize) == "${digest}"`, data)).toBe(length > 0);
    }
  });

  test("of a part of the file, and of text", () => {
    const digest = createHash("sha256").update("bc").digest("hex");
    expect(
      holds("hash", `hash.sha256(1, 2) == "${digest}" and hash.sha256("bc") == "${digest}"`, "abcd"),
    ).toBe(true);
  });
});

test("pe.imphash is the MD5 of the imported names", () => {
  // A descriptor; then, by their offsets: where the functions' names are, the library's name, a hint and the function's name.
  const pe = Buffer.from(peFile({ directories: [[1, 0x1000, 40]] }));
  const imports = file(
    0x100,
    [
      [0, 4, 0x1000 + 64, 0, 0, 0x1000 + 96, 0x1000 + 64],
      [64, 4, 0x1000 + 128, 0],
    ],
    { 96: "KERNEL32.dll", 130: "ExitProcess" },
  );
  pe.set(imports, 0x200);
  const digest = createHash("md5").update("kernel32.exitprocess").digest("hex");
  expect(holds("pe", `pe.imphash() == "${digest}"`, pe)).toBe(true);
});

// As strtoll of glibc has it, which upstream's test of the module expects.
test.each(["   -", "", "+", "  ", "x", "12x", "99999999999999999999"])(
  "string.to_int(%j) is undefined",
  (text) => {
    expect(holds("string", `not defined string.to_int("${text}")`)).toBe(true);
  },
);

test.each([
  ["  42", 42],
  ["-0", 0],
  ["017", 15],
  ["0x1F", 31],
  ["9223372036854775807", "9223372036854775807"],
])("string.to_int(%j)", (text, value) => {
  expect(holds("string", `string.to_int("${text}") == ${value}`)).toBe(true);
});

test("console.log: text in order, numbers as C prints them, bytes escaped", () => {
  const rules = rulesOf(
    engine,
    String.raw`import "console"
    rule a { condition: console.log("one ", 1) and console.log(1.5) and console.hex("h ", 255) }
    rule b { condition: console.log("\x00\xff\n") }`,
  );
  expect(scan(engine, rules, "").log).toEqual(["one 1", "1.500000", "h 0xff", String.raw`\x00\xff\x0a`]);
});

describe("pe.signatures", () => {
  const source = 'import "pe" rule r { condition: pe.number_of_signatures == 0 }';
  const signed = peFile({ size: 0x600, directories: [[4, 0x400, 0x200]] });

  const unread = ["pe.signatures: they could not be read"];

  test("no reader: not evaluated where the file has a security directory, and only there", () => {
    const reading = newEngine({ readSignatures: undefined });
    const rules = rulesOf(reading, source);
    expect(scan(reading, rules, signed).notEvaluated).toEqual(unread);
    expect(scan(reading, rules, peFile()).notEvaluated).toEqual([]);
    expect(scan(reading, rules, "text").notEvaluated).toEqual([]);
    expect(
      scan(reading, rulesOf(reading, 'import "math" rule r { condition: true }'), signed).notEvaluated,
    ).toEqual([]);
  });

  const word = (...values: number[]) => [...new Uint8Array(Uint32Array.from(values).buffer)];
  const long = (value: number) => word(value, 0);
  const text = (value: string) => {
    const end = 4 - (value.length % 4);
    return [...word(value.length), ...bytes(value), ...new Array<number>(end).fill(0)];
  };
  const none = word(0xffffffff);
  const certificate = (name: string) => [
    ...word(2),
    ...text("/CN=Root"),
    ...text(`/CN=${name}`),
    ...text("01:02"),
    ...text("sha256WithRSAEncryption"),
    ...text("1.2.840.113549.1.1.11"),
    ...text("\x01".repeat(20)),
    ...long(1000),
    ...long(2000),
  ];
  const certificates = (...names: string[]) => [...word(names.length), ...names.flatMap(certificate)];
  const signature = [
    ...word(0),
    ...text("sha256"),
    ...text("\x12\x34"),
    ...none,
    ...certificates("Signer", "Root"),
    ...word(1),
    ...text("\xab"),
    ...text("sha1"),
    ...none,
    ...certificates("Signer"),
    ...word(1),
    ...word(0),
    ...long(1234),
    ...text("sha256"),
    ...text("\xcd"),
    ...certificates("Stamp"),
  ];
  const block = (...content: number[]) => Uint8Array.from([...word(content.length + 4), ...content]);

  test("the reader's block is what rules see", () => {
    let seen = 0;
    const signing = newEngine({
      readSignatures: (data) => {
        seen = data.length;
        return { block: block(...word(1), ...signature), notEvaluated: [] };
      },
    });
    const rules = rulesOf(
      signing,
      `import "pe" rule r {
        condition:
          pe.number_of_signatures == 1 and pe.is_signed and
          pe.signatures[0].verified and pe.signatures[0].digest == "1234" and
          not defined pe.signatures[0].file_digest and
          pe.signatures[0].number_of_certificates == 2 and
          pe.signatures[0].certificates[1].subject == "/CN=Root" and
          pe.signatures[0].subject == "/CN=Signer" and pe.signatures[0].version == 3 and
          pe.signatures[0].thumbprint == "${"01".repeat(20)}" and
          pe.signatures[0].valid_on(1500) and not pe.signatures[0].valid_on(2500) and
          not defined pe.signatures[0].signer_info.program_name and
          pe.signatures[0].signer_info.length_of_chain == 1 and
          pe.signatures[0].countersignatures[0].sign_time == 1234 and
          pe.signatures[0].countersignatures[0].chain[0].subject == "/CN=Stamp"
      }`,
    );
    const { matches, notEvaluated } = scan(signing, rules, signed);
    expect(matches.map(({ rule }) => rule)).toEqual([0]);
    expect(notEvaluated).toEqual([]);
    expect(seen).toBe(signed.length);
  });

  const whole = block(...word(1), ...signature);
  test.each([
    [
      "a reader that throws",
      () => {
        throw new Error("damaged");
      },
    ],
    ["an empty block", () => new Uint8Array(4)],
    ["more signatures than it holds", () => block(...word(1000))],
    [
      "a thumbprint that is too long",
      () =>
        block(
          ...word(1, 0),
          ...none,
          ...none,
          ...none,
          ...word(1, 2),
          ...none,
          ...none,
          ...none,
          ...none,
          ...none,
          ...text("\x01".repeat(24)),
          ...long(0),
          ...long(0),
          ...word(0, 0),
        ),
    ],
    [
      "a text without its end",
      () => block(...word(1, 0, 4), 1, 1, 1, 1, 1, 1, 1, 1, ...new Array<number>(40).fill(1)),
    ],
  ] as const)("%s: not evaluated", (_, makeBlock) => {
    const signing = newEngine({ readSignatures: () => ({ block: makeBlock(), notEvaluated: [] }) });
    expect(scan(signing, rulesOf(signing, source), signed)).toMatchObject({
      outcome: "done",
      notEvaluated: unread,
    });
  });

  test("a block cut anywhere: not evaluated, and nothing is read behind it", () => {
    for (let length = 4; length < whole.length; length += 4) {
      const cut = whole.slice(0, length);
      new DataView(cut.buffer).setUint32(0, length, true);
      const signing = newEngine({ readSignatures: () => ({ block: cut, notEvaluated: [] }) });
      expect(scan(signing, rulesOf(signing, source), signed).notEvaluated).toEqual(unread);
    }
  });
});
