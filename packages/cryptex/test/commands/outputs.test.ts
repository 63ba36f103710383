/** No command's result replaces what it is made of, or another result. */
import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  linkSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { runApp } from "#kit/term/program.ts";
import { fakeIo } from "../../../../test/support/fake-io.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { product } from "../../src/product.ts";
import { CRC, CRC_MAP, encoded } from "../gap/support.ts";
import { WorkFolder } from "../support/program.ts";

const TREE = Object.fromEntries(Object.entries(CRC).map(([path, content]) => [`tree/${path}`, content]));
const RULE = 'rule needle { // @match hay\n strings: $a = "needle" condition: $a }\n';

const folder = new WorkFolder(
  encoded({ ...TREE, "tree/gap.toml": CRC_MAP, "r.yar": RULE, hay: "needle", words: "a passphrase" }),
);
afterAll(() => folder[Symbol.dispose]());
const at = (name: string) => folder.at(name);
linkSync(at("hay"), at("hay-hard"));
linkSync(at("words"), at("words-hard"));
symlinkSync("r.yar", at("r-link"));
symlinkSync("crc.c", at("tree/src/crc-link"));

const trial = {
  ...product,
  deps: () => ({
    env: {
      HOME: at("home"),
      XDG_DATA_HOME: at("data"),
      XDG_CACHE_HOME: at("cache"),
      CRYPTEX_STORE: at("store.db"),
    },
  }),
};
const run = (...args: readonly string[]) => runApp(trial, args, fakeIo());

await run("keys", "new", "house");
await run("dict", "add", "Lamp", "--symbol", "lamp");
const secret = readdirSync(at("data/cryptex/keys/house")).find((name) => name.endsWith(".secret"))!;

/** Paths of files that may not change, with their content. */
function contents(): string[] {
  const paths = readdirSync(folder.path, { recursive: true, encoding: "utf8" }).filter((path) => {
    const stats = statSync(at(path), { throwIfNoEntry: false });
    return stats?.isFile() && !path.startsWith("cache") && !path.startsWith("store.db");
  });
  return paths.sort().map((path) => `${path} ${readFileSync(at(path), "hex")}`);
}

describe("a result is refused where it would replace", () => {
  const rules = ["--rules", at("r.yar")];
  const cases: readonly (readonly [what: string, ...args: string[]])[] = [
    ["a scanned file", "scan", at("hay"), ...rules, "-o", at("hay-hard")],
    ["the rules of a scan", "scan", at("hay"), ...rules, "-o", at("r-link")],
    ["the log that the scan begins", "scan", at("hay"), ...rules, "--log", at("l"), "-o", at("l")],
    ["its head", "scan", at("hay"), ...rules, "--log", at("l"), "-o", at("l.head")],
    ["its lock", "scan", at("hay"), ...rules, "--log", at("l"), "-o", at("l.lock")],
    [
      "the store of a cache",
      "scan",
      at("hay"),
      ...rules,
      "--cache",
      "--db",
      at("c.db"),
      "-o",
      at("c.db-wal"),
    ],
    ["a secret key", "sign", at("hay"), "-o", at(`data/cryptex/keys/house/${secret}`)],
    ["a passphrase", "sign", at("hay"), "--passphrase-file", at("words"), "-o", at("words-hard")],
    ["the signed file", "sign", at("hay"), "-o", at("hay-hard")],
    ["a signed file of a folder", "sign", at("tree/src"), "-o", at("tree/src/crc-link")],
    ["packed rules", "ruleset", "pack", ...rules, "--name", "n", "-o", at("r-link")],
    [
      "a key for packed rules",
      "ruleset",
      "pack",
      ...rules,
      "--name",
      "n",
      "-o",
      at(`data/cryptex/keys/house/${secret}`),
    ],
    ["tested rules", "test", at("r.yar"), "--junit", at("r-link")],
    ["a file of a test", "test", at("r.yar"), "-o", at("hay-hard")],
    ["its other result", "test", at("r.yar"), "-o", at("new"), "--junit", at("new")],
    ["an index", "index", "build", at("r.yar"), "--target", "yara-x", "-o", at("r-link")],
    ["rules that are measured", "rules", "cost", at("r.yar"), "-o", at("r-link")],
    ["a sample", "rules", "cost", at("r.yar"), "--sample", at("hay"), "-o", at("hay-hard")],
    ["rules that are drawn", "rules", "deps", ...rules, "-o", at("r-link")],
    ["the store", "dict", "export", "-o", at("store.db")],
    ["the store's log", "dict", "export", "-o", at("store.db-wal")],
    ["the store that is drawn", "dict", "deps", "Lamp", "-o", at("store.db")],
    ["harvested code", "dict", "harvest", at("tree"), "-o", at("tree/port/crc.rs")],
    ["a component", "gap", "scan", "--root", at("tree"), "-o", at("tree/src/crc-link")],
    ["a port", "gap", "scan", "--root", at("tree"), "--report", at("tree/port/crc.rs")],
    ["a test of a port", "gap", "scan", "--root", at("tree"), "-o", at("tree/port/crc_test.rs")],
    ["its own other result", "gap", "scan", "--root", at("tree"), "--report", at("g"), "-o", at("g")],
  ];
  for (const [what, ...args] of cases) {
    test(`${what}: ${args.slice(0, 2).join(" ")}`, async () => {
      const before = contents();
      const error = await rejectionOf(run(...args));
      expect([error.name, error.message]).toEqual([
        "UsageError",
        expect.stringMatching(/would replace|two results|would be a part/),
      ]);
      expect(contents()).toEqual(before);
    });
  }

  test("a report that is shown: gap report", async () => {
    await run("gap", "scan", "--root", at("tree"), "--report", at("g.json"));
    linkSync(at("g.json"), at("g-hard"));
    const error = await rejectionOf(run("gap", "report", at("g.json"), "-o", at("g-hard")));
    expect(error.message).toContain("would replace");
  });
});

describe("gap link", () => {
  test("writes through no link, keeps the mode of gap.toml, and leaves no lock", async () => {
    using tree = new WorkFolder(encoded(CRC));
    using elsewhere = new WorkFolder();
    for (const name of ["gap.toml", ".gap.toml.lock"]) symlinkSync(elsewhere.at("new"), tree.at(name));
    const args = ["src/crc.c", "port/crc.rs", "--symbol", "crc_update", "--root", tree.path];
    expect((await rejectionOf(run("gap", "link", ...args))).message).toContain("cannot lock");
    rmSync(tree.at(".gap.toml.lock"));
    expect((await rejectionOf(run("gap", "link", ...args))).message).toContain("is a link");
    expect(readdirSync(elsewhere.path)).toEqual([]);
    rmSync(tree.at("gap.toml"));
    writeFileSync(tree.at("gap.toml"), "# ours\n");
    chmodSync(tree.at("gap.toml"), 0o600);
    await run("gap", "link", ...args);
    expect(readFileSync(tree.at("gap.toml"), "utf8")).toContain("crc_update");
    expect(statSync(tree.at("gap.toml")).mode & 0o777).toBe(0o600);
    expect(readdirSync(tree.path).sort()).toEqual(["gap.toml", "port", "src"]);
  });

  test("two at a time lose nothing", async () => {
    const second = Object.fromEntries(
      Object.entries(CRC).map(([path, text]) => [
        path.replace("crc", "sum"),
        String(text).replaceAll("crc", "sum"),
      ]),
    );
    using tree = new WorkFolder(encoded({ ...CRC, ...second }));
    const link = (name: string) =>
      run(
        "gap",
        "link",
        `src/${name}.c`,
        `port/${name}.rs`,
        "--symbol",
        `${name}_update`,
        "--root",
        tree.path,
      );
    await Promise.all([link("crc"), link("sum")]);
    const text = readFileSync(tree.at("gap.toml"), "utf8");
    expect([text.includes("crc_update"), text.includes("sum_update")]).toEqual([true, true]);
  });
});
