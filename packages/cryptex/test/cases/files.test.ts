/** Reports of other programs' users about what is scanned and what becomes of it: each with its expected answer. */
import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, closeSync, ftruncateSync, openSync, symlinkSync, truncateSync, writeSync } from "node:fs";
import { runCryptex, scan, WorkFolder } from "../support/program.ts";

const ANY = "rule not_empty { condition: filesize > 0 }";

test("externals are set for each file: name, folder without a slash at its end, extension with its dot", async () => {
  using folder = new WorkFolder({
    "set.yar": [
      'rule name { condition: filename matches /^invoice\\.exe$/i and filename == "Invoice.EXE" }',
      'rule dotted { condition: extension iequals ".exe" }',
      'rule bare { condition: extension == "" }',
      'rule below { condition: filepath endswith "/inbox" }',
    ].join("\n"),
    "data/inbox/Invoice.EXE": "1",
    "data/inbox/letter": "2",
    "data/other.txt": "3",
  });
  const result = await scan(folder, "data", "--rules", "set.yar");
  expect(result.exitCode).toBe(0);
  expect(result.matches).toEqual([
    "data/inbox/Invoice.EXE below",
    "data/inbox/Invoice.EXE dotted",
    "data/inbox/Invoice.EXE name",
    "data/inbox/letter bare",
    "data/inbox/letter below",
  ]);
  expect(result.end?.scanned).toBe(3);
});

test("a file beyond what is read is named with its size, and nobody calls it clean", async () => {
  using folder = new WorkFolder({
    "set.yar": 'rule tail { strings: $a = "LAST" condition: $a }',
    "big/sparse.bin": "ABCD",
  });
  const size = 2 ** 31 + 9;
  const file = openSync(folder.at("big/sparse.bin"), "r+");
  ftruncateSync(file, size);
  writeSync(file, "LAST", size - 4);
  closeSync(file);
  const result = await scan(folder, "big", "--rules", "set.yar", "--threads", "1");
  expect(result.exitCode).toBe(3);
  expect(result.matches).toEqual([]);
  expect(result.skipped).toEqual([expect.stringMatching(/^big\/sparse\.bin: .*size/)]);
  expect(result.end).toMatchObject({ complete: false, scanned: 0, skipped: 1 });
});

test("links in circles are followed once", async () => {
  using folder = new WorkFolder({ "set.yar": ANY, "tree/leaf.txt": "1", "tree/in/deep/leaf.txt": "2" });
  symlinkSync(".", folder.at("tree/itself"));
  symlinkSync("..", folder.at("tree/in/deep/up"));
  symlinkSync("..", folder.at("tree/in/deep/again"));
  const followed = await scan(folder, "tree", "--rules", "set.yar", "--follow");
  expect(followed.exitCode).toBe(0);
  expect(followed.matches).toEqual(["tree/in/deep/leaf.txt not_empty", "tree/leaf.txt not_empty"]);
  expect(followed.end?.scanned).toBe(2);
  const left = await scan(folder, "tree", "--rules", "set.yar");
  expect(left.matches).toEqual(followed.matches);
  expect(left.skipped).toHaveLength(3);
});

describe("paths that cannot be read", () => {
  const folder = new WorkFolder({
    "set.yar": 'rule word { strings: $a = "cedar" condition: $a }',
    "good.txt": "cedar",
    "shut.txt": "cedar",
  });
  afterAll(() => folder[Symbol.dispose]());

  test("one that is not there is an error line and the exit code 3", async () => {
    const result = await scan(folder, "good.txt", "gone.txt", "--rules", "set.yar");
    expect(result.exitCode).toBe(3);
    expect(result.matches).toEqual(["good.txt word $a@0+5"]);
    expect(result.errors).toEqual([expect.stringMatching(/^gone\.txt: .*(exist|no such)/i)]);
  });

  const isRoot = process.getuid?.() === 0;
  if (isRoot) console.warn("skipped: a file without permission: the superuser reads it");
  test.skipIf(isRoot)("so is one without permission", async () => {
    chmodSync(folder.at("shut.txt"), 0);
    const result = await scan(folder, "good.txt", "shut.txt", "--rules", "set.yar");
    expect(result.exitCode).toBe(3);
    expect(result.matches).toEqual(["good.txt word $a@0+5"]);
    expect(result.errors).toEqual([expect.stringMatching(/^shut\.txt: .*permission/i)]);
  });
});

test("bytes that are no text harm neither the lines nor a terminal, and can be had back", async () => {
  const pieces = {
    $esc: "\x1b]0;taken\x07\x1b",
    $nul: "S\0TR\0\x02",
    $bad: "B\xff\xfe\x80\xc4C",
    $sep: "p\xe2\x80\xa8q\xe2\x80\xa9r",
  };
  const hex = (text: string) => Buffer.from(text, "latin1").toString("hex");
  const strings = Object.entries(pieces).map(([id, text]) => `${id} = { ${hex(text)} }`);
  using folder = new WorkFolder({
    "set.yar": `rule hostile { meta: note = "one\\ntwo\\t\\"q\\" \\\\" strings: ${strings.join(" ")} condition: all of them }`,
    "data/hostile.bin": Object.values(pieces).join(""),
  });
  const result = await scan(folder, "data", "--rules", "set.yar");
  expect(result.exitCode).toBe(0);
  expect(result.ended.stdout).toMatch(/^[\x20-\x7e\n]*$/);
  const match = result.events.find((event) => event.type === "match");
  expect(match?.type === "match" && match.meta).toEqual([{ key: "note", value: 'one\ntwo\t"q" \\' }]);
  const unescaped =
    match?.type === "match"
      ? Object.fromEntries(
          match.strings.map(({ id, data }) => [
            id,
            data.replace(/\\x(..)|\\\\/g, (_, code) =>
              code === undefined ? "\\" : String.fromCharCode(Number.parseInt(code, 16)),
            ),
          ]),
        )
      : undefined;
  expect(unescaped).toEqual(pieces);
});

test("without a rule nothing is clean", async () => {
  using folder = new WorkFolder({
    "empty/readme.txt": "no rules in here",
    "comments.yar": "/* rule one { condition: true } */\n// rule two { condition: true }\n",
    "broken.yar": 'rule one { condition: unheard_of }\nrule two { strings: $a = "x" condition: $b }\n',
    "data/a.txt": "x",
  });
  for (const rules of ["empty", "comments.yar"]) {
    const none = await runCryptex(folder, "scan", "data", "--rules", rules, "--format", "ndjson");
    expect([none.exitCode, none.stderr]).toEqual([1, expect.stringMatching(/no rule/i)]);
  }
  const lost = await scan(folder, "data", "--rules", "broken.yar");
  expect(lost.exitCode).toBe(3);
  expect(lost.matches).toEqual([]);
  expect(lost.quarantined).toEqual(["broken.yar:1 one", "broken.yar:2 two"]);
});

test("what a rule logs is a line of its own kind, with its file", async () => {
  using folder = new WorkFolder({
    "set.yar": [
      'import "console"',
      'rule speaks { condition: console.log("bytes: ", filesize) and console.log("{\\"type\\":\\"match\\"}") }',
    ].join("\n"),
    "data/a.bin": "aa",
    "data/b.bin": "bbb",
  });
  const result = await scan(folder, "data", "--rules", "set.yar");
  expect(result.exitCode).toBe(0);
  expect(result.matches).toEqual(["data/a.bin speaks", "data/b.bin speaks"]);
  const logged = result.events.flatMap((event) =>
    event.type === "log" ? [`${event.path}: ${event.message}`] : [],
  );
  expect(logged).toEqual([
    "data/a.bin: bytes: 2",
    'data/a.bin: {"type":"match"}',
    "data/b.bin: bytes: 3",
    'data/b.bin: {"type":"match"}',
  ]);
});

test("a rule that never ends costs one file", async () => {
  using folder = new WorkFolder({
    "set.yar": [
      'rule quick { strings: $a = "gallon" condition: $a }',
      "rule endless { condition: for any i in (0..filesize) : ( for any j in (0..filesize) : ( uint8(i) != uint8(j) and uint16(j) == 0x1234 ) ) }",
    ].join("\n"),
    "big/first.bin": new Uint8Array(4 << 20),
    "big/second.txt": "gallon",
  });
  const result = await scan(folder, "big", "--rules", "set.yar", "--timeout", "1");
  expect(result.exitCode).toBe(3);
  expect(result.errors).toEqual([expect.stringMatching(/^big\/first\.bin: .*time/)]);
  expect(result.matches).toEqual(["big/second.txt quick $a@0+6"]);
  expect(result.end).toMatchObject({ complete: false, errors: 1 });
});

test("a cache knows the rules that it has answers of", async () => {
  const one = 'rule one { strings: $a = "poplar" condition: $a }\n';
  using folder = new WorkFolder({
    "first.yar": one,
    "second.yar": `${one}rule two { strings: $a = "spruce" condition: $a }\n`,
    "data/a.txt": "poplar",
    "data/b.txt": "spruce",
  });
  const cached = (rules: string) => scan(folder, "data", "--rules", rules, "--cache");
  expect((await cached("first.yar")).matches).toEqual(["data/a.txt one $a@0+6"]);
  const fresh = await cached("second.yar");
  expect(fresh.matches).toEqual(["data/a.txt one $a@0+6", "data/b.txt two $a@0+6"]);
  const again = await cached("second.yar");
  expect(again.ended.stdout).toBe(fresh.ended.stdout);
});

test("a file that shrinks again and again while it is read ends nothing, and is scanned or named", async () => {
  using folder = new WorkFolder({
    "set.yar": 'rule word { strings: $a = "juniper" condition: $a }',
    "data/still.txt": "juniper",
    "data/moving.bin": "",
  });
  const path = folder.at("data/moving.bin");
  const content = new Uint8Array(16 << 20);
  let isScanning = true;
  const scans = (async () => {
    const results = [];
    for (let run = 0; run < 3; run++) results.push(await scan(folder, "data", "--rules", "set.yar"));
    isScanning = false;
    return results;
  })();
  while (isScanning) {
    await Bun.write(path, content);
    truncateSync(path, 10);
  }
  for (const result of await scans) {
    expect(result.matches).toEqual(["data/still.txt word $a@0+7"]);
    expect([0, 3]).toContain(result.exitCode);
    for (const error of result.errors) expect(error).toMatch(/^data\/moving\.bin: changed during scan/);
    expect(result.end).toMatchObject({ scanned: 2 - result.errors.length, errors: result.errors.length });
  }
});
