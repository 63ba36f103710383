/** Trees and files that mean harm: nothing outside the root is read, nothing hangs, nothing is left out in silence. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "#kit/errors.ts";
import { parseGapToml } from "../../src/gap/gap-toml.ts";
import { openRoot, READ_LIMITS } from "../../src/gap/open-gap.ts";
import { WorkFolder } from "../support/program.ts";
import { analysed, CRC, CRC_MAP, componentOf, encoded, reportOf, statusesOf } from "./support.ts";

let folder: WorkFolder;
let outside: WorkFolder;
beforeEach(() => {
  folder = new WorkFolder(encoded(CRC));
  outside = new WorkFolder({
    "secret.rs": "fn crc_update() {}\n",
    "secret_test.rs": "#[test] fn t() { crc_update(); }\n",
  });
});
afterEach(() => {
  folder[Symbol.dispose]();
  outside[Symbol.dispose]();
});

const isRoot = process.getuid?.() === 0;

describe("paths out of the root", () => {
  const crcIn = async (to: string, tests = "port/crc_test.rs") => {
    const toml = CRC_MAP.replace("port/crc.rs", to)
      .replace("port/crc_test.rs", tests)
      .replaceAll("\\", "\\\\");
    return componentOf(await analysed(folder, toml), "src/crc.c");
  };

  test("are refused, whatever their form, and nothing is opened", async () => {
    const paths: readonly (readonly [path: string, reason: string])[] = [
      ["../secret.rs", "may lead out of the root"],
      ["port/../../x/secret.rs", "may lead out of the root"],
      [outside.at("secret.rs"), "may lead out of the root"],
      ["/etc/passwd", "may lead out of the root"],
      ["C:/secret.rs", "is no path with slashes below the root"],
      ["..\\secret.rs", "is no path with slashes below the root"],
      ["./port/crc.rs", "is not the shortest path below the root"],
      ["port//crc.rs", "is not the shortest path below the root"],
    ];
    for (const [path, reason] of paths) {
      const { port_status, evidence } = await crcIn(path);
      expect(port_status).toBe("pending");
      expect(evidence[0]!.faults[0]).toStartWith(`${path}: ${reason}`);
    }
  });

  test("through links are refused: of files, of folders, of tests", async () => {
    symlinkSync(outside.at("secret.rs"), folder.at("port/link.rs"));
    symlinkSync(outside.path, folder.at("linked"));
    symlinkSync(outside.at("secret_test.rs"), folder.at("port/link_test.rs"));
    symlinkSync("crc.rs", folder.at("port/inside.rs"));
    expect((await crcIn("port/link.rs")).reason).toBe("port/link.rs: leads out of the root");
    expect((await crcIn("linked/secret.rs")).reason).toBe("linked/secret.rs: leads out of the root");
    expect((await crcIn("port/crc.rs", "port/link_test.rs")).reason).toBe(
      "test port/link_test.rs: leads out of the root",
    );
    expect((await crcIn("port/inside.rs")).reason).toBe(
      "port/inside.rs: is a link, or written in another case",
    );
  });

  test("in comments, too", async () => {
    const report = await reportOf({ "a.c": "", "p.rs": "// @ports ../a.c\n// @ports /a.c\n" });
    expect(report.problems.map(({ reason }) => reason)).toEqual([
      "there is no component ../a.c",
      "there is no component /a.c",
    ]);
  });

  test("of gap.toml and CODEOWNERS themselves are not followed", async () => {
    writeFileSync(outside.at("gap.toml"), CRC_MAP);
    symlinkSync(outside.at("gap.toml"), folder.at("gap.toml"));
    symlinkSync(outside.at("secret.rs"), folder.at("CODEOWNERS"));
    expect(() => openRoot(folder.path)).toThrow("gap.toml: leads out of the root");
    const { problems } = await analysed(folder);
    expect(problems).toMatchObject([
      { kind: "owners", place: "CODEOWNERS", reason: "leads out of the root" },
    ]);
  });

  test("no reason has the path of the machine in it", async () => {
    symlinkSync("loop", folder.at("loop"));
    const toml = ["gone.rs", "loop", "linked/x", "port", "src/crc.c/x"]
      .map((to) => CRC_MAP.replace("port/crc.rs", to))
      .join("");
    const text = JSON.stringify(await analysed(folder, toml));
    expect(text).not.toContain(folder.path);
    expect(text).not.toContain("/tmp");
  });
});

describe("trees", () => {
  test("links are no components, loops end, special files are not opened", async () => {
    symlinkSync(".", folder.at("loop"));
    symlinkSync("crc.c", folder.at("src/link.c"));
    execFileSync("mkfifo", [folder.at("src/fifo.c")]);
    const report = await analysed(folder);
    expect(statusesOf(report)).toEqual(["src/crc.c: pending"]);
    expect(report.excluded.map(({ component, reason }) => `${component}: ${reason}`)).toEqual([
      "src/fifo.c: no regular file",
      "src/link.c: symbolic link",
    ]);
    const declared = await analysed(folder, CRC_MAP.replace("port/crc.rs", "src/fifo.c"));
    expect(componentOf(declared, "src/crc.c").reason).toBe("src/fifo.c: no regular file");
  });

  test("a file that is too large is a component that is not read, and said", async () => {
    folder.write("src/huge.c", `int x; // ${"x".repeat(1_000)}\n`);
    const report = await analysed(folder, CRC_MAP.replace("src/crc.c", "src/huge.c"), {
      ...READ_LIMITS,
      maxBytes: 500,
    });
    expect(componentOf(report, "src/huge.c")).toMatchObject({ port_status: "in_progress", sha256: null });
    expect(report.problems.map(({ kind, reason }) => `${kind}: ${reason}`)).toEqual([
      "declaration: src/huge.c could not be read",
      "unread: larger than 500 bytes",
    ]);
  });

  test("binary files, and such in any encoding, are components", async () => {
    const files = {
      "nul.c": new Uint8Array([0, 1, 2]),
      "latin.py": new Uint8Array([0x23, 0xe9, 0x0a]),
      "utf16.ps1": new Uint8Array([0xff, 0xfe, 0x61, 0]),
      "p.rs": new Uint8Array([...Buffer.from("// @ports nul.c\n"), 0]),
    };
    const report = await reportOf(files);
    expect(report.components.map(({ component, sha256 }) => [component, sha256?.length])).toEqual([
      ["latin.py", 64],
      ["nul.c", 64],
      ["utf16.ps1", 64],
    ]);
    expect(report.problems).toEqual([]);
  });

  test("names that are no UTF-8 are said, and those beside them are read", async () => {
    writeFileSync(
      Buffer.concat([Buffer.from(folder.at("src/bad")), Buffer.from([0xff]), Buffer.from(".c")]),
      "int x;\n",
    );
    const report = await analysed(folder);
    expect(statusesOf(report)).toEqual(["src/crc.c: pending"]);
    expect(report.problems).toEqual([
      { kind: "unread", component: null, place: "src/bad\\xFF.c", reason: "its name is no UTF-8" },
    ]);
  });

  test("names that command terminals are shown escaped", async () => {
    const name = "src/\x1b[31m\u202e.c";
    const report = await reportOf(
      { [name]: "int x;\n" },
      `[[map]]\nfrom = ${JSON.stringify(name)}\nto = "gone.rs"\n`,
    );
    expect(componentOf(report, name).reason).toBe("gone.rs: is not there");
    const absent = await reportOf({}, `[[map]]\nfrom = ${JSON.stringify(name)}\nto = "gone.rs"\n`);
    expect(absent.problems[0]!.reason).toBe("there is no component src/\\x1B[31m\\u{202E}.c");
  });

  test("folders deeper than any code are said", async () => {
    const deep = Array.from({ length: 99 }, () => "d").join("/");
    mkdirSync(folder.at(`${deep}/e/f`), { recursive: true });
    writeFileSync(folder.at(`${deep}/in.c`), "int a;\n");
    writeFileSync(folder.at(`${deep}/e/out.c`), "int a;\n");
    const report = await analysed(folder);
    expect(report.components.map(({ component }) => component)).toContain(`${deep}/in.c`);
    expect(report.problems).toMatchObject([
      { kind: "unread", place: `${deep}/e`, reason: "not looked into: 100 levels deep" },
    ]);
  });

  test.skipIf(isRoot)("what may not be read is said (root may read all: skipped for root)", async () => {
    folder.write("locked/a.c", "int a;\n");
    chmodSync(folder.at("locked"), 0);
    chmodSync(folder.at("src/crc.c"), 0);
    try {
      const report = await analysed(folder);
      expect(report.problems.map(({ place, reason }) => `${place}: ${reason}`)).toEqual([
        "locked: cannot be read: permission denied",
        "src/crc.c: cannot be read: permission denied",
      ]);
      expect(componentOf(report, "src/crc.c").sha256).toBe(null);
    } finally {
      chmodSync(folder.at("locked"), 0o700);
    }
  });

  test("a root that is not there is no empty code base", async () => {
    folder[Symbol.dispose]();
    expect(analysed(folder)).rejects.toThrow();
    folder = new WorkFolder();
  });

  test("code that takes the parser too long is said: it defines nothing", async () => {
    const report = await reportOf({ ...CRC, "port/c.ts": "// @ports src/crc.c\n" }, CRC_MAP, {
      ...READ_LIMITS,
      timeoutMs: 0,
    });
    expect(componentOf(report, "src/crc.c").reason).toBe("port/crc.rs: was not parsed within 0 s");
    expect(report.problems.filter(({ kind }) => kind === "unread")).toMatchObject([
      { place: "port/c.ts", reason: "was not parsed within 0 s" },
    ]);
  });

  test("code that nests without end is read", async () => {
    const text = `int f(void) { return ${"(".repeat(20_000)}1; }\n`;
    const files = {
      "a.c": text,
      "b.rs": "fn f() {}\n",
      "test/t.rs": "f()\n",
      "p.c": `/* @ports a.c#f */\n${text}`,
    };
    const report = await reportOf(files, '[[map]]\nfrom = "a.c"\nto = "b.rs#f"\ntests = ["test/t.rs"]\n');
    expect(statusesOf(report)).toEqual(["a.c: in_progress", "p.c: pending"]);
  });
});

describe("gap.toml", () => {
  const fault = (text: string) => {
    try {
      parseGapToml(text, "gap.toml");
    } catch (error) {
      if (error instanceof InputError) return error.message.replace("gap.toml: ", "");
      throw error;
    }
    return "none";
  };

  test("that is wrong is refused with its first fault", () => {
    const hex = "0".repeat(64);
    for (const [text, words] of [
      ["a = ", "no TOML: "],
      ["colour = 1", "unknown key colour in the file"],
      ["[map]\nfrom = 'a'", "map is written in double brackets: [[map]]"],
      ["map = 1", "map is written in double brackets: [[map]]"],
      ["[[map]]\nfrom = 1", "map.from is missing, or no text"],
      ["[[map]]\nto = 'a'", "map.from is missing, or no text"],
      ["[[map]]\nfrom = 'a'", "[[map]] a: to is missing"],
      ["[[map]]\nfrom = 'a'\nsymbols = ['x']\nlinked = 'A'", "symbols of [[map]] a: to is missing"],
      ["[[component]]\nname = 'a'\norder = 'x'\ntests = ['x']", "tests of [[component]] a: to is missing"],
      ["[[map]]\nfrom = 'a'\nto = 'b'\nsha256 = 'abc'", "sha256 of a is not 64 hexadecimal digits"],
      ["[[map]]\nfrom = 'a'\nto = 'b'\ntests = 'x'", "tests of a is no list"],
      ["[[map]]\nfrom = 'a'\nto = 'b'\ntests = ['']", "an item of tests of a is missing, or no text"],
      ["[[map]]\nfrom = 'a'\nto = 'b'\ntest = ['x']", "unknown key test in [[map]]"],
      ['[[map]]\nfrom = "a\\u0000"\nto = "b"', "map.from has a character that no name has"],
      [`name = "${"x".repeat(5_000)}"`, "name has more than 4096 characters"],
      ["[[component]]\nname = 'a'", "component.order is missing, or no text"],
      [
        "[[component]]\nname = 'a'\norder = 'x'\n[[component]]\nname = 'a'\norder = 'x'",
        "the component a is there twice",
      ],
      ["[exclude]\n'a' = 1", "the reason of exclude a is missing, or no text"],
      ["[exclude]\n'a*/' = 'x'", "exclude a*/: the path of a folder has no wildcards"],
      ["[scan]\nextensions = ['c']", 'scan.extensions: c is not like ".c"'],
      ["[expect]\nready = []", "unknown key ready in [expect]"],
      ["[expect]\ndone = 'x'", "expect.done is no list"],
      ["[[map]]\nfrom = 'a'\nto = 'b'\n".repeat(10_001), "more than 10000 declarations"],
    ] as const) {
      expect(fault(text)).toStartWith(words);
    }
    expect(fault(`[[map]]\nfrom = 'a'\nto = 'b'\nsha256 = '${hex}'`)).toBe("none");
  });

  test("has names that objects of JavaScript have, too", async () => {
    const toml =
      '[[component]]\nname = "__proto__"\norder = "constructor"\n[[map]]\nfrom = "toString"\nto = "valueOf"\n[exclude]\n"__proto__" = "hasOwnProperty"\n';
    const report = await reportOf({ toString: "int x;", __proto__: "x" }, toml);
    expect(statusesOf(report)).toEqual(["__proto__: pending", "toString: pending"]);
  });

  test("that is too large, no UTF-8 or no file is refused", () => {
    folder.write("gap.toml", "#".repeat(2 ** 20 + 1));
    expect(() => openRoot(folder.path)).toThrow("gap.toml: larger than 1048576 bytes");
    folder.write("gap.toml", "name = '\xff'");
    expect(() => openRoot(folder.path)).toThrow("gap.toml is no UTF-8");
    expect(() => openRoot(join(folder.path, "none"))).toThrow("there is no folder");
    expect(() => openRoot("a\0b")).toThrow("there is no folder");
  });
});

describe("texts that make a search slow", () => {
  /** Each would take a backtracking search hours. A turn of a linear one is a moment. */
  const long = 1_000_000;
  const texts: readonly (readonly [name: string, path: string, text: string])[] = [
    ["asterisks in a comment", "p.c", `/* @ports a.c */ /${"*".repeat(long)} */`],
    ["asterisks in a line", "p.kt", `// @ports a.c ${"*".repeat(long)}\n`],
    ["empty lines", "p.sh", `${"\n".repeat(long)}# @ports a.c\n`],
    ["blanks", "p.ts", `// @ports a.c\n${" ".repeat(long)}x`],
    ["words that may define", "p.sql", `-- @ports a.c\n${"let ".repeat(long / 4)}`],
    ["a list of declarations", "p.py", `# @ports ${"a.c,".repeat(long / 4)}\n`],
  ];
  for (const [name, path, text] of texts) {
    test(name, async () => {
      const toml = `[[map]]\nfrom = "a.c"\nto = "${path}"\nsymbols = ["none"]\ntests = ["${path}", "${path}#none"]\n`;
      const report = await reportOf({ "a.c": "int a;\n", [path]: text }, toml);
      expect(componentOf(report, "a.c").port_status).toBe("in_progress");
    });
  }
});
