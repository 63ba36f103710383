import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InterruptedError } from "#kit/term/exit.ts";
import { exitCodeOfRun } from "#kit/term/program.ts";
import type { Draws } from "../../src/everyday/draws.ts";
import { ageKeys, wireGuardKeys } from "../../src/everyday/keys.ts";
import { WORDS } from "../../src/everyday/passphrase.ts";
import { handOut } from "../../src/faces/pipe/hand-out.ts";
import { product } from "../../src/product.ts";
import { fakeIo } from "../support/fake-io.ts";
import { FakeSystem } from "../support/fake-system.ts";
import { type FakeSource, FakeThread, fakeHost, fakeNoise, fakeSource } from "../support/fake-thread.ts";

const folder = mkdtempSync(join(tmpdir(), "ee-everyday-"));
afterAll(() => rmSync(folder, { recursive: true }));

const noisy = () => [
  fakeSource({ id: "a" }, fakeNoise(1)),
  fakeSource({ id: "b", family: "memory" }, fakeNoise(2)),
];

function depsOf(sources: readonly FakeSource[], system?: FakeSystem) {
  const startThread = () => new FakeThread(sources);
  return { sources, host: fakeHost, startThread, warn: () => {}, ...(system && { system }) };
}

async function run(argv: readonly string[], sources = noisy(), io = fakeIo()) {
  const code = await exitCodeOfRun({ ...product, deps: () => depsOf(sources) }, argv, io);
  return { code, out: io.written().toString("latin1"), talk: io.talk() };
}

/** Lines of a run that has to succeed. */
async function lines(...argv: string[]): Promise<{ lines: string[]; talk: string }> {
  const { code, out, talk } = await run(argv);
  expect(code, talk).toBe(0);
  expect(out.endsWith("\n")).toBe(true);
  return { lines: out.slice(0, -1).split("\n"), talk };
}

const ALL: readonly (readonly string[])[] = [
  ["password"],
  ["passphrase"],
  ["key"],
  ["key", "base64"],
  ["key", "age"],
  ["key", "wireguard"],
  ["uuid"],
  ["uuid", "--v7"],
  ["dice", "3d6"],
  ["pick", "--count", "2", "red", "green", "blue", "black"],
  ["shuffle", ..."abcdefghijklmnop"],
];

describe("password", () => {
  test("128 bits of letters and digits, unless something else is wished", async () => {
    const { lines: made, talk } = await lines("password");
    expect(made).toEqual([expect.stringMatching(/^[a-zA-Z0-9]{22}$/)]);
    expect(talk).toContain("130.9 bits: 22 characters out of 62");
  });

  test("with classes, what is required, and several of them", async () => {
    const argv = ["--classes", "all", "--require", "digits,symbols", "--length", "5", "--count", "200"];
    const { lines: made, talk } = await lines("password", ...argv);
    // Of 2.6·10⁹ passwords: five that were there before have a probability below 2⁻⁹⁰.
    expect(new Set(made).size).toBeGreaterThan(195);
    expect(made.every((text) => /^[!-~]{5}$/.test(text) && /\d/.test(text) && /[^\w]|_/.test(text))).toBe(
      true,
    );
    // 94⁵ − 84⁵ − 62⁵ + 52⁵
    expect(talk).toContain(
      `${Math.floor(Math.log2(94 ** 5 - 84 ** 5 - 62 ** 5 + 52 ** 5) * 10) / 10} bits each`,
    );
  });

  test("of one's own characters, as many as hold the bits", async () => {
    const { lines: made, talk } = await lines("password", "--alphabet", "äöü😀", "--bits", "9");
    expect(made).toEqual([expect.stringMatching(/^(Ã¤|Ã¶|Ã¼|ð\x9f\x98\x80){5}$/)]);
    expect(talk).toContain("10 bits: 5 characters out of 4");
  });

  for (const [argv, reason] of [
    [["--length", "0"], "not a whole number from 1 to 1024"],
    [["--length", "9", "--bits", "9"], "choose one"],
    [["--classes", "all", "--alphabet", "ab"], "choose one"],
    [["--classes", "letters"], "'letters' is not one of lower, upper, digits, symbols, all"],
    [["--require", "symbols"], "the alphabet has no symbols"],
    [["--require", "all", "--classes", "all", "--length", "3"], "no room for one of each"],
    [["--alphabet", "aa"], "'a' is there twice"],
    [["--alphabet", "01", "--unambiguous"], "leaves no choice"],
    [["--alphabet", "ab", "--bits", "2000"], "more than 1024 characters"],
  ] as const) {
    test(`${argv.join(" ")} is wrong use: ${reason}`, async () => {
      const { code, out, talk } = await run(["password", ...argv]);
      expect([code, out]).toEqual([reason === "leaves no choice" ? 1 : 2, ""]);
      expect(talk).toContain(reason);
    });
  }
});

describe("passphrase", () => {
  test("six words", async () => {
    const { lines: made, talk } = await lines("passphrase");
    const words = made[0]!.split(" ");
    expect(words.length).toBe(6);
    expect(words.every((word) => WORDS.includes(word))).toBe(true);
    expect(talk).toContain("77.5 bits: 6 words out of 7,776");
  });

  test("in other forms", async () => {
    expect((await lines("passphrase", "--words", "3", "--separator", "", "--capitalize")).lines[0]).toMatch(
      /^([A-Z][a-z-]+){3}$/,
    );
    expect((await lines("passphrase", "--bits", "128", "--separator=+")).lines[0]!.split("+").length).toBe(
      10,
    );
    for (const argv of [
      ["--separator", "a\nb"],
      ["--separator", "-".repeat(65)],
      ["--words", "1", "--bits", "1"],
    ]) {
      expect((await run(["passphrase", ...argv])).code).toBe(2);
    }
  });
});

describe("key", () => {
  test("in hexadecimal and base64, of any length in bytes", async () => {
    expect((await lines("key")).lines[0]).toMatch(/^[0-9a-f]{64}$/);
    const { lines: made, talk } = await lines("key", "base64", "--bits", "128", "--count", "3");
    expect(made.map((text) => Buffer.from(text, "base64").length)).toEqual([16, 16, 16]);
    expect(talk).toContain("128 bits each");
    expect((await run(["key", "--bits", "100"])).code).toBe(2);
    expect((await run(["key", "age", "--bits", "128"])).code).toBe(2);
  });

  test("age: an identity file, and the recipient of that identity on stderr", async () => {
    const { lines: made, talk } = await lines("key", "age");
    expect(made[0]).toMatch(/^# created: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(made[2]).toMatch(/^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/);
    const recipient = made[1]!.replace("# public key: ", "");
    expect(recipient).toMatch(/^age1[02-9ac-hj-np-z]{58}$/);
    expect(talk).toContain(`public key: ${recipient}`);
    expect(talk).toContain("251 bits: a key of X25519");
    expect(talk).not.toContain("SECRET");
  });

  test("wireguard: a clamped key, and the public one of it on stderr", async () => {
    const { lines: made, talk } = await lines("key", "wireguard");
    const secret = Buffer.from(made[0]!, "base64");
    expect([secret.length, secret[0]! & 7, secret[31]! >> 6]).toEqual([32, 0, 1]);
    expect(talk).toContain(`public key: ${wireGuardKeys(secret).public}`);
    expect(talk).not.toContain(made[0]!);
  });

  const age = Bun.which("age-keygen");
  if (!age) console.warn("skipped: this machine has no age-keygen");
  test.skipIf(!age)("age-keygen finds the same recipient", async () => {
    const keys = ageKeys(crypto.getRandomValues(new Uint8Array(32)));
    const found = Bun.spawnSync([age!, "-y"], { stdin: Buffer.from(`${keys.secret}\n`) });
    expect(found.stdout.toString().trim()).toBe(keys.public);
  });

  const wg = Bun.which("wg");
  if (!wg) console.warn("skipped: this machine has no wg");
  test.skipIf(!wg)("wg finds the same public key", async () => {
    const keys = wireGuardKeys(crypto.getRandomValues(new Uint8Array(32)));
    const found = Bun.spawnSync([wg!, "pubkey"], { stdin: Buffer.from(`${keys.secret}\n`) });
    expect(found.stdout.toString().trim()).toBe(keys.public);
  });
});

describe("uuid, dice, pick and shuffle", () => {
  test("uuid", async () => {
    expect((await lines("uuid", "--count", "2")).lines).toEqual([
      expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    ]);
    const before = Date.now();
    const { lines: made, talk } = await lines("uuid", "--v7");
    const time = Number.parseInt(made[0]!.replaceAll("-", "").slice(0, 12), 16);
    expect(time).toBeWithin(before, Date.now() + 1);
    expect(talk).toContain("74 bits: a UUID of version 7, beside the time");
  });

  test("dice", async () => {
    const { lines: made, talk } = await lines("dice", "3d6", "d2+1", "--count", "2");
    expect(made).toEqual(
      [0, 1, 2, 3].map((i) => expect.stringMatching(i % 2 ? /^[23] = [12] \+ 1$/ : /^\d+ = (\d\D*){3}$/)),
    );
    expect(talk).toContain("8.7 bits each: the faces of 4 dice");
    expect((await lines("dice", "d2")).talk).toContain("1 bit: a die");
    expect((await run(["dice"])).talk).toContain("missing argument <dice>");
    expect((await run(["dice", "600000d6", "600000d6"])).talk).toContain(
      "1,000,000 dice are the most in all",
    );
  });

  test("pick", async () => {
    const { lines: made, talk } = await lines("pick", "--count", "3", "a", "b", "c", "d");
    expect(new Set(made).size).toBe(3);
    expect(talk).toContain("4.5 bits: 3 of 4 entries"); // log₂ 24
    const some = await lines("pick", "--count", "50", "--repeat", "x", "y");
    expect(some.lines.length).toBe(50);
    expect(some.talk).toContain("50 bits");
    expect((await lines("pick", "a", "a", "b")).talk).toContain("0.5 bits: 1 of 3 entries");
    const refused = await run(["pick", "--count", "3", "a", "b"]);
    expect(refused.talk).toContain("3 cannot be picked from 2 entries");
    expect(refused.talk).toContain("--repeat");
    expect((await run(["pick", "a\ufffd", "b"])).talk).toContain("not UTF-8");
  });

  test("shuffle", async () => {
    const { lines: made, talk } = await lines("shuffle", ..."abcdefghijklmnop");
    expect([...made].sort().join("")).toBe("abcdefghijklmnop");
    expect(talk).toContain("44.2 bits: the order of 16 entries"); // log₂ 16!
    expect((await run(["shuffle", "-z", "a", "ä"])).out.split("\0").sort()).toEqual(["", "Ã¤", "a"].sort());
  });
});

describe("each of them", () => {
  for (const argv of ALL) {
    const name = argv.slice(0, 2).join(" ");

    test(`${name}: twice the same command gives two results, where they hold 40 bits, and stderr has nothing of them`, async () => {
      const [first, second] = [await run(argv), await run(argv)];
      expect([first.code, second.code]).toEqual([0, 0]);
      const bits = Number(/([\d.]+) bits?: /.exec(first.talk)![1]);
      // By chance, below 2⁻⁴⁰.
      if (bits > 40) expect(first.out).not.toBe(second.out);
      for (const line of first.out.split("\n").filter((each) => each.length > 8)) {
        if (!line.startsWith("#")) expect(first.talk).not.toContain(line);
      }
    });

    test(`${name}: without entropy, exit 3 and nothing written, to no file either`, async () => {
      const stuck = [fakeSource({ id: "a" }, () => 1)];
      const path = join(folder, "never");
      for (const output of [[], ["-o", path]]) {
        const { code, out, talk } = await run([...argv, "--timeout", "50ms", ...output], stuck);
        expect([code, out]).toEqual([3, ""]);
        expect(talk).toContain("not enough entropy");
        expect(talk).not.toMatch(/ bits?: /);
        expect(existsSync(path)).toBe(false);
      }
    });

    test(`${name}: a file of its own, for its owner alone, which replaces nothing`, async () => {
      const path = join(folder, name.replaceAll(/\W+/g, "-"));
      const { code, out, talk } = await run([...argv, "-o", path]);
      expect([code, out]).toEqual([0, ""]);
      expect(talk).toMatch(/ bits?: /);
      const content = readFileSync(path, "latin1");
      expect(content).toMatch(/\n$/);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const again = await run([...argv, "--output", path]);
      expect(again.code).toBe(1);
      expect(again.talk).toContain("is there already");
      expect(readFileSync(path, "latin1")).toBe(content);
    });
  }

  test("an interrupt ends the wait for entropy, and removes the file", async () => {
    const io = fakeIo();
    const path = join(folder, "interrupted");
    const stuck = [fakeSource({ id: "a" }, () => 1)];
    const running = run(["key", "-o", path], stuck, io);
    while (!existsSync(path)) await new Promise((resolve) => setImmediate(resolve));
    io.interrupt.abort(new InterruptedError(130));
    expect((await running).code).toBe(130);
    expect(existsSync(path)).toBe(false);
  });

  test("a link to nowhere, a folder and a file in a folder that is not there are refused", async () => {
    writeFileSync(join(folder, "file"), "");
    for (const path of [folder, join(folder, "none", "key"), join(folder, "file", "key")]) {
      expect((await run(["key", "-o", path])).code).toBe(1);
    }
  });

  test("what a copy of the process has, too, is made again", async () => {
    const system = new FakeSystem();
    const io = fakeIo();
    const options = {
      sources: "all",
      credit: new Map(),
      uncalibrated: true,
      timeoutMs: 60_000,
      output: undefined,
    };
    const made: string[] = [];
    const make = async (draws: Draws) => {
      made.push(Buffer.from(await draws.bytes(8)).toString("hex"));
      if (made.length === 2) system.copy();
      return { text: `${made.at(-1)}\n` };
    };
    await handOut({ count: 3, make, account: "done" }, options, io, depsOf(noisy(), system));
    // Those of the first try, which the copy was noticed after, and three others, of bytes that were fetched later.
    expect(made.length).toBe(6);
    expect(new Set(made).size).toBe(6);
    expect(io.written().toString()).toBe(
      made
        .slice(3)
        .map((text) => `${text}\n`)
        .join(""),
    );
  });
});
