/** The commands `gap …` from their command line to their exit code. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { runApp } from "#kit/term/program.ts";
import { fakeIo } from "../../../../test/support/fake-io.ts";
import { rejectionOf } from "../../../../test/support/rejection.ts";
import { product } from "../../src/product.ts";
import { runCryptex, WorkFolder } from "../support/program.ts";
import { CRC, CRC_MAP, encoded } from "./support.ts";

const PE = {
  "tree/src/pe.c":
    "int pe_parse_header(const char *p) { return p[0] == 'M'; }\nint pe_section_count(const char *p) { return p[6]; }\n",
  "tree/port/pe.rs": "pub fn periodic_element(n: u32) -> u32 { n }\n",
};
const TREE = Object.fromEntries(Object.entries(CRC).map(([path, content]) => [`tree/${path}`, content]));
const EXPECT = '[expect]\ndone = ["src/crc.c", "src/pe.c"]\n';

let folder: WorkFolder;
beforeEach(() => {
  folder = new WorkFolder(encoded({ ...TREE, ...PE, "tree/gap.toml": `# ours\n${CRC_MAP}${EXPECT}` }));
});
afterEach(() => folder[Symbol.dispose]());

const env = () => ({ HOME: folder.path, CRYPTEX_STORE: folder.at("store.db"), USER: "tester" });
const app = () => ({ ...product, deps: () => ({ env: env() }) });

async function run(...args: readonly string[]) {
  const io = fakeIo();
  const code = await runApp(
    app(),
    [...args, ...(args[0] === "gap" ? ["--root", folder.at("tree")] : [])],
    io,
  );
  const text = io.written().toString();
  return { code, text, talk: io.talk(), json: () => JSON.parse(text) };
}

const failure = async (...args: readonly string[]) =>
  rejectionOf(runApp(app(), [...args, "--root", folder.at("tree")], fakeIo()));

test("equal names prove nothing: the report, then the check against what is expected", async () => {
  const report = await runCryptex(folder, "gap", "scan", "--root", "tree", "--report", "gap_report.json");
  expect(report.exitCode).toBe(0);
  const { components, excluded, counts } = JSON.parse(readFileSync(folder.at("gap_report.json"), "utf8"));
  expect(
    components.map((each: Record<string, string>) => [
      each["component"],
      each["port_status"],
      each["rust_status"],
    ]),
  ).toEqual([
    ["src/crc.c", "done", "done"],
    ["src/pe.c", "pending", "pending"],
  ]);
  expect(components[1].suggestions[0].candidate).toBe("port/pe.rs");
  expect([excluded, counts.done]).toEqual([[], 1]);
  const check = await runCryptex(folder, "gap", "scan", "--root", "tree", "--check");
  expect(check.exitCode).toBe(4);
  expect(check.stderr.trim()).toBe(
    "[error] expected: src/pe.c is pending, and gap.toml expects done: no port of it is declared",
  );
});

describe("gap scan", () => {
  test("each form, to stdout and to a file; JSON is the file itself", async () => {
    const file = folder.at("r.json");
    const json = await run("gap", "scan", "--format", "json", "--report", file);
    expect(json.text).toBe(readFileSync(file, "utf8"));
    expect((await run("gap", "scan")).text).toContain("2 components: 1 done, 0 in progress, 1 pending\n");
    expect((await run("gap", "scan", "--format", "md")).text).toStartWith("# Gap report: tree\n");
    await run("gap", "scan", "--format", "html", "-o", folder.at("r.html"));
    expect(readFileSync(folder.at("r.html"), "utf8")).toStartWith("<!doctype html>");
  });

  test("--check changes nothing", async () => {
    const { code } = await run("gap", "scan", "--check");
    expect([code, existsSync(folder.at("store.db"))]).toEqual([4, false]);
    await run("gap", "scan", "--no-store");
    expect(existsSync(folder.at("store.db"))).toBe(false);
  });

  test("--check with a baseline: the same, another, none", async () => {
    folder.write("tree/gap.toml", CRC_MAP);
    const file = folder.at("base.json");
    await run("gap", "scan", "--report", file);
    expect((await run("gap", "scan", "--check", "--baseline", file)).code).toBe(0);
    folder.write("tree/src/new.c", "int x;\n");
    const { code, talk } = await run("gap", "scan", "--check", "--baseline", file);
    expect([code, talk.includes("baseline: src/new.c is new")]).toEqual([4, true]);
    expect((await failure("gap", "scan", "--check", "--baseline", folder.at("none.json"))).message).toContain(
      "cannot read",
    );
  });

  test("the baseline is gap_report.json of the working folder, if there is one", async () => {
    folder.write("tree/gap.toml", CRC_MAP);
    const check = () => runCryptex(folder, "gap", "scan", "--root", "tree", "--check");
    expect((await check()).exitCode).toBe(0);
    await runCryptex(folder, "gap", "scan", "--root", "tree", "--report", "gap_report.json");
    expect((await check()).exitCode).toBe(0);
    folder.write("tree/src/new.c", "int x;\n");
    expect((await check()).exitCode).toBe(4);
  });

  test("what could not be read is exit 3, unless something has drifted", async () => {
    folder.write("tree/gap.toml", CRC_MAP);
    folder.write("tree/src/huge.c", "int x; ".repeat(100));
    expect((await run("gap", "scan", "--max-size", "300")).code).toBe(3);
    expect((await run("gap", "scan", "--check", "--max-size", "300")).code).toBe(3);
    folder.write("tree/gap.toml", `${CRC_MAP}${EXPECT}`);
    expect((await run("gap", "scan", "--check", "--max-size", "300")).code).toBe(4);
  });

  test("linked entries follow, and it is said", async () => {
    await run("dict", "add", "Crc", "--symbol", "crc_update");
    await run("dict", "add", "Pe", "--status", "stable");
    folder.write("tree/gap.toml", `${CRC_MAP}linked = "Crc"\n[[map]]\nfrom = "src/pe.c"\nlinked = "Pe"\n`);
    const { talk } = await run("gap", "scan");
    expect(talk).toContain("Crc is ported now");
    expect(talk).toContain(
      "Pe stays as it is: people set its status, stable: by the report it would be legacy",
    );
    const { changes } = (await run("dict", "history", "Crc", "--json")).json();
    expect(changes[0]).toMatchObject({ who: "gap scan", fields: { status: ["legacy", "ported"] } });
    expect((await run("gap", "scan")).talk).not.toContain("ported now");
  });

  test("options that make no sense", async () => {
    for (const args of [
      ["--baseline", "x"],
      ["--check", "--store", "x"],
      ["--no-store", "--store", "x"],
    ]) {
      expect((await failure("gap", "scan", ...args)).name).toBe("UsageError");
    }
    expect((await failure("gap", "scan", "--report", folder.at("tree/gap.toml"))).message).toContain(
      "would replace",
    );
  });

  test("an interrupt ends it, and leaves no report", async () => {
    const io = fakeIo();
    const args = ["gap", "scan", "--root", folder.at("tree"), "--report", folder.at("r.json")];
    const running = runApp(app(), args, io);
    io.interrupt.abort(new Error("interrupted"));
    expect((await rejectionOf(running)).message).toBe("interrupted");
    expect([existsSync(folder.at("r.json")), existsSync(folder.at("store.db"))]).toEqual([false, false]);
  });
});

describe("gap link", () => {
  test("writes what holds, with the digest; a source that changes is stale, and linked again done", async () => {
    folder.write("tree/gap.toml", "# ours\n");
    const args = ["src/crc.c", "port/crc.rs", "--symbol", "crc_update", "--test", "port/crc_test.rs"];
    expect((await run("gap", "link", ...args)).text).toBe("src/crc.c is done\n");
    const written = readFileSync(folder.at("tree/gap.toml"), "utf8");
    expect(written).toMatch(
      /^# ours\n\n\[\[map\]\]\nfrom = "src\/crc.c"\nto = "port\/crc.rs"\nsymbols = \["crc_update"\]\ntests = \["port\/crc_test.rs"\]\nsha256 = "[0-9a-f]{64}"\n$/,
    );
    folder.write("tree/src/crc.c", "unsigned crc_update(unsigned c) { return c; }\n");
    const { code, talk } = await run("gap", "scan", "--check");
    expect([code, talk.includes("stale: src/crc.c has changed")]).toEqual([4, true]);
    expect((await run("gap", "link", "src/crc.c", "port/crc.rs", "--json")).json()).toMatchObject({
      port_status: "done",
    });
    expect(readFileSync(folder.at("tree/gap.toml"), "utf8").replace(/[0-9a-f]{64}/, "")).toBe(
      written.replace(/[0-9a-f]{64}/, ""),
    );
    expect((await run("gap", "scan", "--check")).code).toBe(0);
  });

  test("writes nothing that would not hold", async () => {
    const before = readFileSync(folder.at("tree/gap.toml"), "utf8");
    const cases: readonly (readonly [args: readonly string[], message: string, hint: string])[] = [
      [
        ["src/pe.c", "port/pe.rs", "--symbol", "pe_parse_header"],
        "the declaration would not hold, so nothing was written",
        "port/pe.rs defines no pe_parse_header",
      ],
      [
        ["src/pe.c", "port/none.rs"],
        "the declaration would not hold, so nothing was written",
        "port/none.rs: is not there",
      ],
      [
        ["src/none.c", "port/pe.rs"],
        "src/none.c: is not there",
        "a part without a file is named by [[component]] in gap.toml",
      ],
      [["../x.c", "port/pe.rs"], "../x.c: may lead out of the root", ""],
      [
        ["src/pe.c", "../x.rs"],
        "the declaration would not hold, so nothing was written",
        "../x.rs: may lead out of the root",
      ],
    ];
    for (const [args, message, hint] of cases) {
      const error = (await failure("gap", "link", ...args)) as Error & { hints: readonly string[] };
      expect(error.message).toBe(message);
      if (hint !== "") expect(error.hints[0]).toBe(hint);
    }
    expect(readFileSync(folder.at("tree/gap.toml"), "utf8")).toBe(before);
  });

  test("of a part without a file, and of one symbol", async () => {
    folder.write("tree/gap.toml", '[[component]]\nname = "command:scan"\norder = "plan"\n');
    const named = await run(
      "gap",
      "link",
      "command:scan",
      "port/crc.rs",
      "--symbol",
      "crc_update",
      "--test",
      "port/crc_test.rs",
    );
    expect(named.text).toBe("command:scan is done\n");
    expect(readFileSync(folder.at("tree/gap.toml"), "utf8")).not.toContain("sha256");
    const one = await run(
      "gap",
      "link",
      "src/pe.c#pe_parse_header",
      "port/pe.rs",
      "--symbol",
      "periodic_element",
    );
    expect(one.text).toBe(
      "src/pe.c is in progress: a port of 1 of 2 definitions is declared: not of pe_section_count\n",
    );
  });

  test("where the folder has no gap.toml yet", async () => {
    using other = new WorkFolder(encoded(CRC));
    const io = fakeIo();
    const code = await runApp(
      app(),
      ["gap", "link", "src/crc.c", "port/crc.rs", "--missing", "tests", "--root", other.path],
      io,
    );
    expect([code, io.written().toString()]).toEqual([0, "src/crc.c is in progress: missing: tests\n"]);
  });
});

describe("gap set and gap report", () => {
  test("set is kept, shown, and taken back", async () => {
    await run("gap", "scan");
    await run("dict", "add", "Pe");
    expect((await run("gap", "set", "src/pe.c", "--responsible", "@me", "--linked", "Pe")).text).toBe(
      "src/pe.c: @me, Pe\n",
    );
    expect((await run("gap", "report")).text).toMatch(/src\/pe\.c .*@me +Pe/);
    expect((await run("gap", "scan", "--format", "json")).json().components[1]).toMatchObject({
      responsible: "@me",
      linked_cryptex: "Pe",
    });
    const cleared = await run("gap", "set", "src/pe.c", "--clear", "responsible", "--json");
    expect(cleared.json()).toMatchObject({ responsible: null, linked_cryptex: "Pe" });
    expect((await failure("gap", "set", "src/none.c", "--responsible", "x")).message).toBe(
      "there is no component src/none.c",
    );
    expect((await failure("gap", "set", "src/pe.c")).name).toBe("UsageError");
    expect((await failure("gap", "set", "src/pe.c", "--linked", "None")).message).toContain("no entry None");
    expect((await failure("gap", "set", "src/pe.c", "--linked", "Pe", "--clear", "linked")).name).toBe(
      "UsageError",
    );
  });

  test("the last report, one of a file, and the history", async () => {
    expect((await failure("gap", "report")).message).toContain("is in the store");
    const scanned = await run("gap", "scan", "--report", folder.at("r.json"));
    expect((await run("gap", "report")).text).toBe(scanned.text);
    const io = fakeIo();
    await runApp(app(), ["gap", "report", folder.at("r.json"), "--format", "json"], io);
    expect(io.written().toString()).toBe(readFileSync(folder.at("r.json"), "utf8"));
    folder.write("tree/gap.toml", "");
    await run("gap", "scan");
    const { text } = await run("gap", "report", "--history");
    expect(text.split("\n").length).toBe(4);
    expect(text).toMatch(/ 1 +0 +0 +1 +0 +0\n/);
    const { points } = (await run("gap", "report", "--history", "--format", "json")).json();
    expect(points.map(({ counts }: { counts: Record<string, number> }) => counts["done"])).toEqual([1, 0]);
    expect((await failure("gap", "report", "--history", "--format", "md")).name).toBe("UsageError");
    expect((await failure("gap", "report", "r.json", "--history")).name).toBe("UsageError");
  });
});
