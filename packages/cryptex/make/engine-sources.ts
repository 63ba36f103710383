/** YARA's sources: brought from a package registry, checked, and changed where WebAssembly or honesty asks for it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bringCrates, crateFolder } from "./crates.ts";

/** The crate carries YARA as it was released, with its licence. */
export const SOURCES = {
  crate: "yara-sys",
  version: "0.32.0",
  sha256: "ba8598e7b8b80190eddb1e030e87e4051f2fec79df901748a9257a4a59fcc3e5",
  yara: "4.5.5",
} as const;

/** A place of the sources that is changed. `from` stands there once. */
interface Change {
  readonly file: string;
  readonly why: string;
  readonly from: string;
  readonly to: string;
}

const CHANGES: readonly Change[] = [
  {
    file: "include/yara/hash.h",
    why: "the functions that are passed for it return nothing; WebAssembly traps where a type does not fit",
    from: "typedef int (*YR_HASH_TABLE_FREE_VALUE_FUNC)(void* value);",
    to: "typedef void (*YR_HASH_TABLE_FREE_VALUE_FUNC)(void* value);",
  },
  ...narrowProducts(),
  {
    file: "scan.c",
    why: "a time limit is to end what goes on between two looks at the clock: see cx_check_time in c/shim.c",
    from: `  if (data_size - offset <= 0)
    return ERROR_SUCCESS;
`,
    to: `  if (data_size - offset <= 0)
    return ERROR_SUCCESS;

  FAIL_ON_ERROR(cx_check_time(context));
`,
  },
  {
    file: "re.c",
    why: "the same, for each byte that a regular expression is led over",
    from: `  while (fibers.head != NULL)
  {
    fiber = fibers.head;
`,
    to: `  while (fibers.head != NULL)
  {
    FAIL_ON_ERROR_WITH_CLEANUP(
        cx_check_time(context),
        _yr_re_fiber_kill_all(&fibers, &context->re_fiber_pool));

    fiber = fibers.head;
`,
  },
  {
    file: "re.c",
    why: "the same, for each instruction of the simpler ones that hexadecimal strings become",
    from: `  while (first != NULL)
  {
    RE_FAST_EXEC_POSITION* current = first;
`,
    to: `  while (first != NULL)
  {
    FAIL_ON_ERROR_WITH_CLEANUP(
        cx_check_time(context),
        _yr_re_fast_exec_destroy_position_list(
            &context->re_fast_exec_position_pool, first, last));

    RE_FAST_EXEC_POSITION* current = first;
`,
  },
];

/**
 * Products of a count in a file and the size of an item. Where a size has 32 bits they overflow, what is far too large seems to fit, and
 * a file of 300 bytes takes all memory there is.
 */
function narrowProducts(): Change[] {
  const why = "the product has more than 32 bits";
  return [
    { file: "include/yara/dex.h", why, from: "((size_t) size <= dex", to: "((uint64_t) size <= dex" },
    {
      file: "modules/dex/dex.c",
      why,
      from: "sizeof(uint32_t) + yr_le32toh(*map_list_size) * sizeof(map_item_t)",
      to: "sizeof(uint32_t) + (uint64_t) yr_le32toh(*map_list_size) * sizeof(map_item_t)",
    },
    {
      file: "modules/pe/pe.c",
      why,
      from: "if (yr_le32toh(exports->NumberOfNames) * sizeof(DWORD) >",
      to: "if ((uint64_t) yr_le32toh(exports->NumberOfNames) * sizeof(DWORD) >",
    },
    {
      file: "modules/pe/pe.c",
      why,
      from: "coff_offset + coff_number * sizeof(IMAGE_SYMBOL)",
      to: "coff_offset + (uint64_t) coff_number * sizeof(IMAGE_SYMBOL)",
    },
  ];
}

/**
 * Puts the folder `yara` of the crate into a folder, with the changes made.
 * @throws SourcesUnavailable where the crate cannot be brought
 * @throws Error for a crate that is not the one whose digest stands above
 */
export async function bringSources(folder: string): Promise<void> {
  const [crate] = bringCrates([SOURCES]) as [Uint8Array];
  const root = crateFolder(SOURCES);
  await new Bun.Archive(crate).extract(folder, { glob: `${root}/yara/**` });
  for (const { file, from, to } of CHANGES) {
    const path = join(folder, root, "yara", "libyara", file);
    const parts = readFileSync(path, "utf8").split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} places to change, and not one`);
    writeFileSync(path, parts.join(to));
  }
}
