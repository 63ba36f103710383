/** The package as it is published: its form, its types, and a visit to a gateway from each runtime. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { ROOT } from "../../../kit/make/checkout.ts";
import { buildPackage } from "../../../kit/make/npm.ts";
import project from "../../../package.json" with { type: "json" };
import { BROWSER, launchBrowser } from "../../../test/support/browser.ts";
import { stdoutOf } from "../../../test/support/run-process.ts";
import { cryptex } from "../../cryptex/make/cryptex.ts";
import { FixtureGateway } from "./support/fixture-gateway.ts";
import type { Visit } from "./support/visit.ts";

const NAME = "@esoteric-entropy/cryptex-client";
const TOKEN = "t0k3n";

const scratch = mkdtempSync(join(tmpdir(), "cryptex-client-"));
const installed = join(scratch, "node_modules", NAME);
let tarball: string;

beforeAll(async () => {
  const recipe = cryptex.release.npm.beside!.find(({ folder }) => folder.endsWith("cryptex-client"))!;
  const built = join(scratch, "built");
  await buildPackage(cryptex, recipe, built);
  tarball = join(
    scratch,
    (await stdoutOf(["npm", "pack", "--silent", "--pack-destination", scratch], { cwd: built })).trim(),
  );
  mkdirSync(installed, { recursive: true });
  await stdoutOf(["tar", "-xzf", tarball, "-C", installed, "--strip-components=1"]);
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("the package", () => {
  test("has what its users need, and nothing that they would have to install", () => {
    const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
    expect(manifest).toMatchObject({ name: NAME, version: project.version, license: "MIT", type: "module" });
    const absent = ["private", "dependencies", "devDependencies", "optionalDependencies", "scripts"];
    expect(Object.keys(manifest).filter((key) => absent.includes(key))).toEqual([]);
    const files = readdirSync(installed, { recursive: true, encoding: "utf8" }).sort();
    expect(files).toEqual(["LICENSE", "README.md", "lib", "lib/index.d.ts", "lib/index.js", "package.json"]);
    const code = readFileSync(join(installed, "lib", "index.js"), "utf8");
    expect(code).not.toMatch(/\bfrom ["']|\brequire\(|\bimport\(/);
  });

  test("is in order (publint)", async () => {
    expect((await publint({ pkgDir: installed, strict: true })).messages).toEqual([]);
  });

  test("has the right types (arethetypeswrong)", async () => {
    const attw = join(ROOT, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
    await stdoutOf(["node", attw, tarball, "--profile", "esm-only"], { cwd: scratch });
  });

  test("has types that a strict program for browsers can use, and that say what comes", async () => {
    writeFileSync(
      join(scratch, "user.ts"),
      `import { CryptexClient, CryptexError, pages, type ScanRecord } from "${NAME}";
const client = new CryptexClient({ url: "http://127.0.0.1:8043", token: "x", fetch });
const order = { root: "r", paths: ["a"], options: { archives: 2 } };
const record: ScanRecord = await client.scans.submit(order, { signal: AbortSignal.timeout(1000) });
for await (const frame of client.events({ types: ["match"], scan: record.id })) {
  if (frame.type === "lost") console.log(frame.to - frame.from);
  else if (frame.type === "match") console.log(frame.seq, frame.rule.toUpperCase(), frame.strings[0]?.offset.toFixed());
  else if (frame.type === "scan") console.log(frame["state"]);
}
for await (const { rules } of pages((after) => client.rules.find({ q: "key", after }))) console.log(rules[0]?.line.toFixed());
const { matches } = await client.scan(new Uint8Array(3), { explain: true });
try { await client.dictionary.get("A"); } catch (error) { if (error instanceof CryptexError && error.kind === "not-found") console.log(matches.length); }
// @ts-expect-error a state that there is not
await client.gap.report({ state: "x" });
// @ts-expect-error no root
await client.scans.submit({ paths: [] });
export {};`,
    );
    const compilerOptions = {
      ...{
        target: "ES2022",
        module: "NodeNext",
        moduleResolution: "NodeNext",
        lib: ["ES2022", "DOM", "DOM.AsyncIterable"],
      },
      ...{ strict: true, noEmit: true, exactOptionalPropertyTypes: false, skipLibCheck: false, types: [] },
    };
    writeFileSync(join(scratch, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["user.ts"] }));
    writeFileSync(join(scratch, "package.json"), '{ "type": "module" }');
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    await stdoutOf(["node", tsc, "-p", scratch], { cwd: scratch });
  });
});

/** Has the gateway write twenty matches, and cut the connection in the middle, to a reader that came by one. */
async function writeTwenty(gateway: FixtureGateway): Promise<void> {
  await gateway.until(() => gateway.states.size === 1 && gateway.readers === 1);
  for (let match = 1; match <= 10; match++) gateway.write("match", { rule: `r${match}` }, "scan-1");
  gateway.cut();
  for (let match = 11; match <= 20; match++) gateway.write("match", { rule: `r${match}` }, "scan-1");
  gateway.write("end", {}, "scan-1");
  gateway.states.set("scan-1", "done");
}

const TWENTY = Array.from({ length: 20 }, (_, index) => index + 1);
const expected = (sockets: boolean): Visit => ({
  sockets,
  scan: "scan-1",
  events: TWENTY,
  lines: [...TWENTY, 21],
  refusal: ["unauthorized", 401],
  ended: "enough",
});

async function bundle(entry: string, target: "node" | "browser", external: string[] = []): Promise<string> {
  const result = await Bun.build({ entrypoints: [entry], target, format: "esm", external });
  return await result.outputs[0]!.text();
}

describe("a visit", () => {
  const newNode = join(ROOT, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  const runtimes: Record<string, string | null> = {
    Bun: process.execPath,
    Node: Bun.which("node"),
    "a newer Node": Bun.file(newNode).size > 0 ? newNode : null,
  };
  for (const [name, runtime] of Object.entries(runtimes)) {
    if (!runtime) console.log(`skipped: the client in ${name}, which is not installed`);
    test.skipIf(!runtime)(`from ${name}`, async () => {
      await using gateway = new FixtureGateway({ token: TOKEN });
      writeFileSync(
        join(scratch, "visit.mjs"),
        await bundle(join(import.meta.dir, "support", "visit.ts"), "node"),
      );
      writeFileSync(
        join(scratch, "main.mjs"),
        `import { CryptexClient } from "${NAME}"; import { visit } from "./visit.mjs";
         console.log(JSON.stringify(await visit(CryptexClient, ...process.argv.slice(2))));`,
      );
      const visiting = stdoutOf([runtime!, "main.mjs", gateway.url, TOKEN], { cwd: scratch });
      await Promise.race([writeTwenty(gateway), visiting]);
      const came: Visit = JSON.parse(await visiting);
      expect(came).toEqual(expected(came.sockets));
      const upgrades = gateway.seen.filter(({ headers }) => headers.get("upgrade") === "websocket");
      expect(upgrades.length > 0).toBe(came.sockets);
    });
  }

  if (!BROWSER) console.log("skipped: the client in a browser: no Chromium is installed");
  test.skipIf(!BROWSER)("from a page in a browser", async () => {
    await using gateway = new FixtureGateway({ token: TOKEN });
    const entry = join(scratch, "page.js");
    writeFileSync(
      join(scratch, "visit.mjs"),
      await bundle(join(import.meta.dir, "support", "visit.ts"), "browser"),
    );
    writeFileSync(
      entry,
      `import { CryptexClient } from "${NAME}"; import { visit } from "./visit.mjs";
       window.visited = visit(CryptexClient, location.origin, ${JSON.stringify(TOKEN)});`,
    );
    const script = await bundle(entry, "browser");
    gateway.instead.push(
      () =>
        new Response(
          `<!doctype html><link rel="icon" href="data:,"><script type="module">${script}</script>`,
          { headers: { "content-type": "text/html" } },
        ),
    );
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(gateway.url);
      const visiting = page.evaluate("window.visited");
      await Promise.race([writeTwenty(gateway), visiting]);
      expect(await visiting).toEqual(expected(true));
    } finally {
      await browser.close();
    }
  });
});
