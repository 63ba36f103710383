/** `Bun.build` where its documentation is silent: docs/BUN.md. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { stdoutOf } from "../support/run-process.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "ee-bun-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two folders with the same files, at different depths. */
const PLACES = ["here", "there/and/deeper"] as const;

const FILES = {
  "index.html": `<!DOCTYPE html><html><head></head><body><script type="module" src="./page.ts"></script></body></html>`,
  "page.ts": `console.log("page");`,
  "server.ts": `import page from "./index.html"; console.log(page);`,
  "shared.ts": "export const shared = { size: 1 };",
  "main.ts": `import { shared } from "./shared.ts"; console.log(shared === (await import("./later.ts")).shared);`,
  "later.ts": `export { shared } from "./shared.ts";`,
  "worker-of.ts": `new Worker(new URL("./there-is-no-such-file.ts", import.meta.url));`,
  "unused.ts": "export const unused = 1;",
  "uses.ts": `import { unused } from "./unused.ts"; import { shared } from "./shared.ts"; if (false) unused; console.log(shared);`,
} as const;

beforeAll(() => {
  for (const place of PLACES) {
    for (const [name, text] of Object.entries(FILES)) {
      const path = join(folder, place, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
});

const at = (place: (typeof PLACES)[number], name: keyof typeof FILES) => join(folder, place, name);

/** Names of the files that a build makes, run in this or another folder. */
async function names(options: object, cwd = folder): Promise<string[]> {
  const script = `const { outputs } = await Bun.build(${JSON.stringify(options)});
console.log(JSON.stringify(outputs.map(({ path }) => path)));`;
  return JSON.parse(await stdoutOf([process.execPath, "-e", script], { cwd }));
}

describe("hashes in the names of", () => {
  const builds = {
    "the parts that splitting makes": (place: (typeof PLACES)[number]) => ({
      entrypoints: [at(place, "main.ts"), at(place, "later.ts")],
      root: join(folder, place),
      target: "bun",
      splitting: true,
      minify: true,
    }),
    "the files of an HTML import": (place: (typeof PLACES)[number]) => ({
      entrypoints: [at(place, "server.ts")],
      target: "bun",
      minify: true,
    }),
  };
  for (const [name, options] of Object.entries(builds)) {
    test(`${name}: by where the sources lie as seen from the working folder`, async () => {
      const [here, there] = PLACES;
      expect(await names(options(here))).not.toEqual(await names(options(there)));
      const fromWithin = await names(options(here), join(folder, here));
      expect(fromWithin).toEqual(await names(options(there), join(folder, there)));
    });
  }

  test("the parts that splitting makes: by where a link leads", async () => {
    const [here] = PLACES;
    const link = join(folder, "link");
    symlinkSync(join(folder, here), link);
    const direct = builds["the parts that splitting makes"](here);
    const linked = { ...direct, entrypoints: direct.entrypoints.map((path) => join(link, basename(path))) };
    expect(await names(linked)).toEqual(await names(direct));
  });
});

test("with splitting, what is imported at run time shares its modules with who imports it", async () => {
  const { outputs } = await Bun.build({
    entrypoints: [at("here", "main.ts")],
    target: "bun",
    splitting: true,
    outdir: join(folder, "apart"),
  });
  expect(outputs.length).toBeGreaterThan(1);
  expect(await stdoutOf([process.execPath, outputs[0]!.path])).toBe("true\n");
});

test("the outputs stand in the order of the entry points", async () => {
  const entrypoints = [at("here", "uses.ts"), at("here", "later.ts"), at("here", "main.ts")];
  const { outputs } = await Bun.build({ entrypoints, target: "bun" });
  expect(outputs.map(({ path }) => path)).toEqual(["./uses.js", "./later.js", "./main.js"]);
});

test("new URL(…, import.meta.url) stays as it is written, whether the file exists or not", async () => {
  const { outputs } = await Bun.build({ entrypoints: [at("here", "worker-of.ts")], target: "bun" });
  expect(await outputs[0]!.text()).toContain(`new URL("./there-is-no-such-file.ts", import.meta.url)`);
});

test("onResolve is asked before package.json's imports are, with words as written and absolute importers", async () => {
  const root = join(folder, "package");
  mkdirSync(join(root, "kit"), { recursive: true });
  writeFileSync(join(root, "package.json"), JSON.stringify({ imports: { "#kit/*": "./kit/*" } }));
  writeFileSync(join(root, "kit", "one.ts"), "export const one = 1;");
  writeFileSync(join(root, "main.ts"), `import { one } from "#kit/one.ts"; console.log(one);`);
  const seen: object[] = [];
  await Bun.build({
    entrypoints: [join(root, "main.ts")],
    target: "bun",
    plugins: [
      {
        name: "listener",
        setup(build) {
          build.onResolve({ filter: /one\.ts$/ }, ({ path, importer }) => {
            seen.push({ path, importer });
            return undefined;
          });
        },
      },
    ],
  });
  expect(seen).toEqual([{ path: "#kit/one.ts", importer: join(root, "main.ts") }]);
});

describe("metafile", () => {
  test("names files as seen from the working folder, those of which nothing is in the bundle too", async () => {
    const script = `const { metafile } = await Bun.build(${JSON.stringify({
      entrypoints: [at("here", "uses.ts")],
      target: "bun",
      metafile: true,
    })});
const [{ inputs }] = Object.values(metafile.outputs);
console.log(JSON.stringify([
  Object.keys(metafile.inputs).sort(),
  Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0).sort(),
]));`;
    const found = JSON.parse(await stdoutOf([process.execPath, "-e", script], { cwd: folder }));
    expect(found).toEqual([
      ["here/shared.ts", "here/unused.ts", "here/uses.ts"],
      ["here/shared.ts", "here/uses.ts"],
    ]);
  });
});
