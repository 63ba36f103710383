/** The documents name nothing that is not there: no path, link, heading, command, flag, script or benchmark. */
import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { findCommand, groupOf } from "#kit/term/command-name.ts";
import { namedFlags } from "#kit/term/flags.ts";
import type { ProgramFacts } from "#kit/term/product.ts";
import { product as cryptex } from "../../packages/cryptex/src/product.ts";
import { product as esotericEntropy } from "../../src/product.ts";

const filesOf = (...patterns: string[]) =>
  patterns.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync(ROOT)]);

const DOCUMENTS = filesOf(
  "*.md",
  "docs/*.md",
  "python/*.md",
  "packages/*/*.md",
  "packages/*/docs/*.md",
).sort();

/** Folders of the repository; what is built is not there until it is built. */
const BUILT = ["build", "dist", "node_modules"];
const FOLDERS = readdirSync(ROOT, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && ![...BUILT, ".git"].includes(entry.name))
  .map(({ name }) => name);

const SOURCE_FILE = /\w\.(c|css|h|md|mjs|plist|py|rb|service|sh|toml|ts|yml)$/;

/** Files of other projects, and of users. */
const FOREIGN = ["crypto/fipsmodule/FIPS.md", "cryptex.toml"];

/** Scripts with flags of their own. */
const SCRIPTS = ["build.ts", "install.sh", ...filesOf("bench/*.ts", "bench/*/*.ts", "python/*.py")];

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

interface Code {
  /** Code in the running text. */
  readonly spans: readonly string[];
  /** Lines of blocks. */
  readonly lines: readonly string[];
}

function codeIn(text: string): Code {
  const lines: string[] = [];
  const prose: string[] = [];
  let fenced = false;
  for (const line of text.split("\n")) {
    if (/^ *```/.test(line)) fenced = !fenced;
    else if (fenced || /^ {4}[^ -]/.test(line)) lines.push(line.trim());
    else prose.push(line);
  }
  const spans = [...prose.join("\n").matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
  return { spans: spans.map((code) => code.replaceAll("\\|", "|")), lines };
}

const wordsOf = (code: string) =>
  code
    .split(/[\s,;"'()=[\]]+/)
    .map((word) => word.replace(/(:\d+)?[.:]?$/, ""))
    .filter((word) => word !== "");
const startsWithFolder = (word: string) => FOLDERS.some((folder) => word.startsWith(`${folder}/`));

/** Paths that the code names; words with placeholders are not paths. */
function pathsIn({ spans, lines }: Code): string[] {
  const inSpans = spans
    .flatMap(wordsOf)
    .filter((word) => startsWithFolder(word) || /^\w[\w/-]*\/$/.test(word) || SOURCE_FILE.test(word));
  return [...inSpans, ...lines.flatMap(wordsOf).filter(startsWithFolder)].filter(
    (word) =>
      /^\.?[\w@*][\w./@*-]*$/.test(word) && !BUILT.includes(word.split("/")[0]!) && !FOREIGN.includes(word),
  );
}

/** Names of all files and folders. */
const NAMES = new Set(
  [...new Bun.Glob(`{${FOLDERS.join(",")}}/**`).scanSync({ cwd: ROOT, dot: true })].flatMap((path) =>
    path.split("/"),
  ),
);

/** The folder of the product that a document is about. */
function homeOf(document: string): string {
  return /^packages\/[^/]+\//.exec(document)?.[0] ?? "";
}

const PACKAGES = filesOf("packages/*/README.md").map((readme) => dirname(readme));

/** Documents may leave out the folder of a product, `src/`, the `.ts` of a diagram, or the folder of a file they speak of. */
function isThere(path: string, document: string): boolean {
  if (NAMES.has(path.replace(/\/$/, "")) || existsSync(join(ROOT, `${path}.ts`))) return true;
  const homes = homeOf(document) === "" ? ["", ...PACKAGES] : [homeOf(document)];
  const folders = homes.map((home) => join(ROOT, home)).flatMap((home) => [home, join(home, "src")]);
  return [ROOT, ...folders, join(ROOT, dirname(document))].some((folder) =>
    path.includes("*")
      ? !new Bun.Glob(path).scanSync({ cwd: folder, dot: true }).next().done
      : existsSync(join(folder, path)),
  );
}

/** The anchors that a forge gives to headings. */
function anchorsIn(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Flags of the program itself: what is quoted is an argument, which may have a command line of its own. */
const flagsIn = (code: string) =>
  [...code.replaceAll(/'[^']*'/g, "").matchAll(/(?<![\w-])--([a-z][\w-]*)/g)].map(([, flag]) => flag!);

const PRODUCTS: readonly ProgramFacts[] = [esotericEntropy, cryptex];

/** Flags by `<program> <command>`. */
const flagsOf = new Map<string, readonly string[]>();
beforeAll(async () => {
  for (const { name: program, commands } of PRODUCTS) {
    for (const [name, { load }] of Object.entries(commands)) {
      const flags = namedFlags((await load()).flags).map(([flag]) => flag);
      flagsOf.set(`${program} ${name}`, [...flags, "help"]);
    }
  }
});

/** Command lines of the programs: which, and what follows up to the end of the shell's command. */
const COMMAND_LINE =
  /(?<![\w=.-]|product )(esoteric-entropy|npm start --|cryptex|npm run cryptex --) ([a-z][^|;&>)"]*)/g;

/** Finds the command of a line, as flagsOf names it; undefined for one that there is not. */
function commandOf({ name: program, commands }: ProgramFacts, line: string): string | undefined {
  const words = line.trim().split(/\s+/);
  const found = findCommand(commands, words);
  const isGroup = groupOf({ commands }, words[0]!).length > 0 && (words[1] ?? "--").startsWith("--");
  if (!found) return isGroup ? program : undefined;
  return [program, ...words.slice(0, words.length - found.rest.length)].join(" ");
}

test("the promise is one sentence, wherever it is made", () => {
  const promise = esotericEntropy.promise!;
  const plain = (path: string) =>
    read(path)
      .replace(/\*\*|^> /gm, "")
      .replace(/\\|\s+/g, " ");
  for (const path of ["README.md", "SECURITY.md", "docs/CLI.md", "man/esoteric-entropy.1"]) {
    expect(plain(path).replaceAll(" -", "-"), path).toContain(promise);
  }
});

test("no document calls a mode by a name of SP 800-90C without saying what is missing", () => {
  for (const path of DOCUMENTS.filter((each) => !each.startsWith("packages/"))) {
    for (const paragraph of read(path)
      .split(/\n(?:\n|(?=[-|0-9]))/)
      .filter((each) => /RBG[23]/.test(each))) {
      expect(paragraph, path).toMatch(/validated|no RBG3|An? RBG2 is reseeded|\| RBG/i);
    }
  }
});

test("paths are found in text and in blocks; placeholders, a user's files and what is built are not", () => {
  const text = [
    "Read `src/none.ts:7`, `none.ts`, `none/` and `c/*.none` of `<os>/none.ts`; see `/run/none.ts`, `dist/none.ts`.",
    "    cp packaging/none random.none /etc/",
    "```sh",
    "cat docs/none.md | head none",
    "```",
  ].join("\n");
  const named = ["src/none.ts", "none.ts", "none/", "c/*.none", "packaging/none", "docs/none.md"];
  expect(pathsIn(codeIn(text))).toEqual(named);
  expect(named.filter((path) => isThere(path, "README.md"))).toEqual([]);
});

for (const document of DOCUMENTS) {
  describe(document, () => {
    const text = read(document);
    const code = codeIn(text);
    const all = [...code.spans, ...code.lines];

    test("paths", () => {
      expect(pathsIn(code).filter((path) => !isThere(path, document))).toEqual([]);
    });

    test("links", () => {
      for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(link!)) continue;
        const [file, anchor] = link!.split("#") as [string, string?];
        const target = file === "" ? document : join(dirname(document), file);
        expect(existsSync(join(ROOT, target)), link).toBe(true);
        if (anchor !== undefined) expect(anchorsIn(read(target)), link).toContain(anchor);
      }
    });

    test("commands, with flags that they have", () => {
      for (const [line, program, rest] of all.flatMap((each) => [...each.matchAll(COMMAND_LINE)])) {
        const facts = /cryptex/.test(program!) ? cryptex : esotericEntropy;
        const command = commandOf(facts, rest!);
        expect(command, line).toBeDefined();
        for (const flag of flagsIn(rest!)) expect(flagsOf.get(command!) ?? ["help"], line).toContain(flag);
      }
      const own = homeOf(document) === "packages/cryptex/" ? cryptex : esotericEntropy;
      for (const span of code.spans) {
        const flags = flagsOf.get(commandOf(own, span) ?? "");
        if (flags) for (const flag of flagsIn(span)) expect(flags, span).toContain(flag);
      }
    });

    test("flags on their own, of some command or script", () => {
      const known = new Set(
        [...flagsOf.values(), ["version", "licences"], ...SCRIPTS.map((path) => flagsIn(read(path)))].flat(),
      );
      for (const span of code.spans.filter((each) => each.startsWith("--"))) {
        for (const flag of flagsIn(span)) expect([...known], span).toContain(flag);
      }
    });

    test("npm scripts, what is built, and benchmarks", () => {
      const { scripts } = JSON.parse(read("package.json"));
      const lines = all.join("\n");
      for (const [, script] of lines.matchAll(/npm run ([\w-]+)/g)) expect(scripts).toHaveProperty(script!);
      for (const [, name] of lines.matchAll(/npm run bench (?:-- )?([a-z][\w-]*)/g))
        expect(existsSync(join(ROOT, "bench", `${name}.ts`)), name).toBe(true);
      for (const [, word] of lines.matchAll(/npm run build -- (\w+)/g)) {
        const made = read("build.ts") + read("packages/cryptex/make/cryptex.ts");
        expect(made).toMatch(new RegExp(`^ +(async ${word}\\(|${word}: async )`, "m"));
      }
    });
  });
}
