/** An engine for tests, and files for its modules. */
import type {
  CompiledRules,
  Diagnostic,
  EngineScan,
  ExternalValue,
  ScanOptions,
} from "../../src/engine/engine.ts";
import { engineCode } from "../../src/engine/engine-file.ts";
import { Libyara } from "../../src/engine/libyara.ts";
import type { MachineOptions } from "../../src/engine/machine.ts";

export function newEngine(options?: MachineOptions): Libyara {
  return new Libyara(engineCode(), options);
}

/** Bytes of a binary string or of UTF-8 text, which are the same where it is ASCII. */
export function bytes(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

export type Externals = Readonly<Record<string, ExternalValue>>;

/** Compiles a source without errors. */
export function rulesOf(engine: Libyara, source: string, externals: Externals = {}): CompiledRules {
  const { rules, diagnostics } = engine.compile(bytes(source), externals);
  if (!rules) throw new Error(diagnostics.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  return rules;
}

export function errorsOf(engine: Libyara, source: string): Pick<Diagnostic, "line" | "message">[] {
  const { rules, diagnostics } = engine.compile(bytes(source), {});
  rules?.free();
  return diagnostics.filter(({ level }) => level === "error").map(({ line, message }) => ({ line, message }));
}

export function scan(
  engine: Libyara,
  rules: CompiledRules,
  data: Uint8Array | string,
  options: Partial<ScanOptions> = {},
): EngineScan {
  const content = typeof data === "string" ? bytes(data) : data;
  engine.buffer(content.length).set(content);
  return rules.scan(content.length, { timeoutMs: 0, maxMatches: 1000, ...options });
}

/** Numbers of the rules that match. */
export function matching(
  engine: Libyara,
  source: string,
  data: Uint8Array | string,
  externals?: Externals,
): number[] {
  const rules = rulesOf(engine, source, externals);
  const result = scan(engine, rules, data);
  rules.free();
  if (result.outcome !== "done") throw new Error(`${result.outcome}: ${result.message}`);
  return result.matches.map(({ rule }) => rule);
}

/** Little-endian fields put into zeros: [offset, bytes a number has, numbers]. */
export function file(
  size: number,
  fields: readonly (readonly [number, number, ...number[]])[],
  texts: Readonly<Record<number, string>> = {},
): Uint8Array {
  const data = Buffer.alloc(size);
  for (const [offset, width, ...values] of fields) {
    for (const [i, value] of values.entries()) {
      if (width === 8) data.writeBigUInt64LE(BigInt(value), offset + i * width);
      else data.writeUIntLE(value, offset + i * width, width);
    }
  }
  for (const [offset, text] of Object.entries(texts)) data.write(text, Number(offset), "latin1");
  return data;
}

/** Offsets of headers in the files below. */
const PE = 0x80;
const OPTIONAL = PE + 24;
const SECTION = OPTIONAL + 224;

/**
 * A 32-bit PE file with one section, `.text`, at 0x1000 in memory and 0x200 in the file.
 * @param directories [number, address, size]
 */
export function peFile({
  entry = 0x1000,
  size = 0x400,
  directories = [],
}: {
  entry?: number;
  size?: number;
  directories?: readonly (readonly [number, number, number])[];
} = {}): Uint8Array {
  return file(
    size,
    [
      [0x3c, 4, PE],
      // Machine I386, sections, time stamp.
      [PE + 4, 2, 0x14c, 1],
      [PE + 8, 4, 0x5f5e1000],
      // Size of the optional header; characteristics: executable.
      [PE + 20, 2, 224, 0x0102],
      // PE32, entry point, base, alignments, size of image and headers, subsystem, number of directories.
      [OPTIONAL, 2, 0x10b],
      [OPTIONAL + 16, 4, entry],
      [OPTIONAL + 28, 4, 0x400000, 0x1000, 0x200],
      [OPTIONAL + 56, 4, 0x3000, 0x200],
      [OPTIONAL + 68, 2, 3],
      [OPTIONAL + 92, 4, 16],
      ...directories.map(
        ([number, address, length]) => [OPTIONAL + 96 + 8 * number, 4, address, length] as const,
      ),
      [SECTION + 8, 4, 0x1000, 0x1000, 0x200, 0x200],
      [SECTION + 36, 4, 0x60000020],
    ],
    { 0: "MZ", [PE]: "PE\0\0", [SECTION]: ".text" },
  );
}

/** A PE file with a CLI header and metadata without streams. */
export function dotnetFile(): Uint8Array {
  const pe = Buffer.from(peFile({ directories: [[14, 0x1000, 72]] }));
  // At 0x200: size 72, runtime 2.5, metadata at 0x1080 with 32 bytes.
  const cli = file(72, [
    [0, 4, 72],
    [4, 2, 2, 5],
    [8, 4, 0x1080, 32],
  ]);
  // Signature, version 1.1, reserved, length of the version's text, the text, flags and streams.
  const metadata = file(
    32,
    [
      [4, 2, 1, 1],
      [12, 4, 12],
    ],
    { 0: "BSJB", 16: "v4.0.30319\0\0" },
  );
  pe.set(cli, 0x200);
  pe.set(metadata, 0x280);
  return pe;
}

/** A 64-bit ELF file: an executable for x86-64. */
export function elfFile(): Uint8Array {
  return file(
    0x100,
    [
      [4, 1, 2, 1, 1],
      [16, 2, 2, 62],
      [20, 4, 1],
      [24, 8, 0x400080],
      [32, 8, 64],
      [52, 2, 64, 56, 1],
      // Program header: loads the whole file to 0x400000.
      [64, 4, 1, 5],
      [72, 8, 0, 0x400000, 0x400000, 0x100, 0x100, 0x1000],
    ],
    { 0: "\x7fELF" },
  );
}

/** A 64-bit Mach-O file for arm64: an executable without commands. */
export function machoFile(): Uint8Array {
  return file(0x40, [[0, 4, 0xfeedfacf, 0x0100000c, 0, 2]]);
}

/** The header of a dex file. */
export function dexFile(): Uint8Array {
  return file(0x70, [[32, 4, 0x70, 0x70, 0x12345678]], { 0: "dex\n035\0" });
}
