/**
 * Bundles a page into finished files, and fits them into a program. Bun could bundle it itself, but under names that hash the folder of
 * the build, so no two folders would give the same program.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { basename, extname, join, relative, resolve, sep } from "node:path";
import { replaceFile } from "../files/replace-file.ts";
import { packagesIn } from "./binary.ts";
import { writeCarried } from "./carried-files.ts";
import { ROOT } from "./checkout.ts";

export interface PageRecipe {
  /** The HTML file. All paths are from the root of the checkout. */
  readonly entry: string;
  /** Where its files go. */
  readonly folder: string;
  /** Begins the addresses by which the HTML file names the others: `/`, or `./` for a page that may be moved. */
  readonly publicPath: string;
  readonly plugins?: readonly Bun.BunPlugin[];
  /** Files with code that made it, beside this one: a page that others made is bundled anew. */
  readonly makers?: readonly string[];
}

/** A file of a page, as Bun lists those of a page that it has bundled itself. */
export interface BundledFile {
  readonly path: string;
  /** Ending of its name, without a dot; `html` is the page itself. */
  readonly loader: string;
  /** Its type and tag. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface BundledPage {
  readonly files: readonly BundledFile[];
  /** Packages in it, by folder in package-lock.json. */
  readonly packages: readonly string[];
}

/** @throws AggregateError of what is wrong with its sources */
export async function bundlePage(recipe: PageRecipe): Promise<BundledPage> {
  const bundle = await bundled(recipe);
  const files = await placed(bundle, `${recipe.folder}/carried`, writeCarried);
  return { files, packages: packagesIn(bundle) };
}

async function bundled({ entry, publicPath, plugins = [] }: PageRecipe): Promise<Bun.BuildOutput> {
  const bundle = await Bun.build({
    entrypoints: [join(ROOT, entry)],
    naming: { entry: "[name].[ext]", chunk: "[name].[ext]", asset: "[name].[ext]" },
    publicPath,
    plugins: [...plugins],
    minify: true,
    metafile: true,
  });
  if (!bundle.success) throw new AggregateError(bundle.logs, "bundling the page failed");
  return bundle;
}

function placed(
  { outputs }: Bun.BuildOutput,
  folder: string,
  write: (path: string, content: Uint8Array<ArrayBuffer>) => void,
): Promise<BundledFile[]> {
  mkdirSync(join(ROOT, folder), { recursive: true });
  return Promise.all(
    outputs.map(async (file) => {
      const content = new Uint8Array(await file.arrayBuffer());
      const path = join(ROOT, folder, basename(file.path));
      write(path, content);
      const headers = { etag: `"${digestOf(content).slice(0, 16)}"`, "content-type": file.type };
      return { path, loader: extname(path).slice(1), headers };
    }),
  );
}

/** Writes the code of a list of these files, whose paths are those inside the program. @param name of the list */
export function fileList(name: string, files: readonly BundledFile[]): string {
  return [
    ...files.map(({ path }, i) => `import path${i} from ${JSON.stringify(path)} with { type: "file" };`),
    `const ${name} = [`,
    ...files.map(
      ({ loader, headers }, i) =>
        `  { path: path${i}, loader: ${JSON.stringify(loader)}, headers: ${JSON.stringify(headers)} },`,
    ),
    "];",
  ].join("\n");
}

// ---- From source ----

/** Says of what the files in a folder were made. */
interface Making {
  /** Digests by path. Of packages there is that of the lock file alone, which says what is in them. */
  readonly made: Readonly<Record<string, string>>;
  readonly files: readonly BundledFile[];
}

/** Gives the files of a page as its sources are now: those that are there, if they were made of the same. */
export async function currentPage(recipe: PageRecipe): Promise<readonly BundledFile[]> {
  const record = join(ROOT, recipe.folder, "made.json");
  const before = readMaking(record);
  if (before && Object.entries(before.made).every(([path, digest]) => digestAt(path) === digest))
    return before.files;
  const bundle = await bundled(recipe);
  const inputs = Object.keys(bundle.metafile?.inputs ?? {})
    .map((path) => relative(ROOT, resolve(path)))
    .filter((path) => !path.startsWith(`..${sep}`) && !path.split(sep).includes("node_modules"));
  const makers = ["package-lock.json", "kit/make/page.ts", ...(recipe.makers ?? [])];
  const digests = [...makers, ...inputs].flatMap((path) => {
    const digest = digestAt(path);
    return digest === undefined ? [] : [[path, digest]]; // what a plugin made is no file
  });
  const making: Making = {
    made: Object.fromEntries(digests),
    files: await placed(bundle, recipe.folder, replaceFile),
  };
  replaceFile(record, JSON.stringify(making));
  return making.files;
}

function readMaking(path: string): Making | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined; // missing or damaged: as if nothing had been made
  }
}

function digestAt(path: string): string | undefined {
  try {
    return digestOf(readFileSync(join(ROOT, path)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

function digestOf(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("base64url");
}
