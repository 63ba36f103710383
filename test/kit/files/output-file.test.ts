import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  closeSync,
  linkSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { OutputFile, refuseOnePlace } from "#kit/files/output-file.ts";
import { InputError, UsageError } from "../../../src/errors.ts";
import { rejectionOf } from "../../support/rejection.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ee-output-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("output file", () => {
  test("is there when written, and nothing else is", async () => {
    const path = join(folder, "report.txt");
    {
      await using file = await OutputFile.create(path);
      expect(readdirSync(folder)).not.toContain("report.txt");
      await file.write("done");
    }
    expect(readdirSync(folder)).toEqual(["report.txt"]);
    expect(readFileSync(path, "utf8")).toBe("done");
  });

  test("what was there before stays until it is replaced whole, with its mode", async () => {
    const path = join(folder, "report.txt");
    writeFileSync(path, "before", { mode: 0o600 });
    {
      await using _ = await OutputFile.create(path);
    }
    expect([readdirSync(folder), readFileSync(path, "utf8")]).toEqual([["report.txt"], "before"]);
    {
      await using file = await OutputFile.create(path);
      await file.write("after");
    }
    expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual(["after", 0o600]);
  });

  test("a link is followed", async () => {
    const target = join(folder, "target.txt");
    writeFileSync(target, "before");
    symlinkSync(target, join(folder, "link.txt"));
    {
      await using file = await OutputFile.create(join(folder, "link.txt"));
      await file.write("after");
    }
    expect(readFileSync(target, "utf8")).toBe("after");
  });

  test("a link to what is not there yet is followed, too", async () => {
    symlinkSync("second.txt", join(folder, "first.txt"));
    symlinkSync("target.txt", join(folder, "second.txt"));
    {
      await using file = await OutputFile.create(join(folder, "first.txt"));
      await file.write("new");
    }
    expect(readFileSync(join(folder, "target.txt"), "utf8")).toBe("new");
    expect(readlinkSync(join(folder, "first.txt"))).toBe("second.txt");
  });

  test("a pipe that nobody reads is waited for until an interrupt", async () => {
    const path = join(folder, "pipe");
    Bun.spawnSync(["mkfifo", path]);
    const interrupt = new AbortController();
    const created = OutputFile.create(path, interrupt.signal);
    const reason = new Error("interrupted");
    setTimeout(() => interrupt.abort(reason), 20);
    expect(await rejectionOf(created)).toBe(reason);
    await Bun.file(path).slice(0, 0).text(); // lets the opening end
  });

  test("the unfinished file and the one that it replaces can be told from all others", async () => {
    const path = join(folder, "report.txt");
    writeFileSync(path, "before");
    const before = statSync(path).ino;
    await using file = await OutputFile.create(path);
    const [name] = readdirSync(folder).filter((each) => each.endsWith(".part"));
    expect(file.unfinished?.ino).toBe(statSync(join(folder, name!)).ino);
    expect(file.replaced?.ino).toBe(before);
  });

  test("what the system refuses is said in words, once", async () => {
    const path = join(folder, "absent", "report.txt");
    const error = await rejectionOf(OutputFile.create(path));
    expect((error as Error).message).toBe(`cannot write ${path}: there is no such folder`);
    await using full = await OutputFile.create("/dev/full");
    const refused = await rejectionOf(full.write("result"));
    expect((refused as Error).message).toBe("cannot write /dev/full: no space left on the disk");
  });

  test("a device is written to, not replaced", async () => {
    const before = statSync("/dev/null").ino;
    {
      await using file = await OutputFile.create("/dev/null");
      await file.write("gone");
    }
    expect(statSync("/dev/null").ino).toBe(before);
  });

  test("a file that the result is made of is refused by every name that it has", async () => {
    const input = join(folder, "input.bin");
    writeFileSync(input, "data");
    symlinkSync(input, join(folder, "link"));
    linkSync(input, join(folder, "hard"));
    symlinkSync("link", join(folder, "twice"));
    const fd = openSync(input, "r");
    try {
      const names = [input, join(folder, "link"), join(folder, "twice"), join(folder, "hard")];
      if (process.platform === "linux") names.push(`/proc/self/fd/${fd}`, `/proc/${process.pid}/fd/${fd}`);
      for (const name of [...names, `/dev/fd/${fd}`, `${folder}/../${basename(folder)}/input.bin`]) {
        for (const known of [input, fd]) {
          const error = await rejectionOf(OutputFile.create(name, undefined, [known]));
          expect([name, error]).toEqual([name, expect.any(UsageError)]);
        }
      }
      expect([readdirSync(folder).sort(), readFileSync(input, "utf8")]).toEqual([
        ["hard", "input.bin", "link", "twice"],
        "data",
      ]);
    } finally {
      closeSync(fd);
    }
  });

  test("a pipe that is read is refused before anybody waits for it", async () => {
    const path = join(folder, "pipe");
    Bun.spawnSync(["mkfifo", path]);
    expect(await rejectionOf(OutputFile.create(path, undefined, [path]))).toBeInstanceOf(UsageError);
  });

  test("a terminal or null device may be both", async () => {
    await using file = await OutputFile.create("/dev/null", undefined, ["/dev/null"]);
    await file.write("gone");
  });

  test("what becomes known later is refused, too, and the file stays", async () => {
    const path = join(folder, "rules.yar");
    writeFileSync(path, "rule");
    {
      await using file = await OutputFile.create(path);
      file.refuse([join(folder, "other")]);
      expect(() => file.refuse([path])).toThrow("would replace");
    }
    expect([readdirSync(folder), readFileSync(path, "utf8")]).toEqual([["rules.yar"], "rule"]);
  });

  test("an open descriptor is written to where it stands, and its file is not replaced", async () => {
    const path = join(folder, "log");
    const fd = openSync(path, "w");
    try {
      writeSync(fd, "before\n");
      await using file = await OutputFile.create(`/dev/fd/${fd}`);
      await file.write("result\n");
      writeSync(fd, "after\n");
    } finally {
      closeSync(fd);
    }
    expect(readFileSync(path, "utf8")).toBe("before\nresult\nafter\n");
    expect(readdirSync(folder)).toEqual(["log"]);
  });

  test("two results are not put into one place, whether it is there or not", () => {
    writeFileSync(join(folder, "a"), "");
    symlinkSync("a", join(folder, "b"));
    symlinkSync("new", join(folder, "c"));
    const at = (name: string) => join(folder, name);
    for (const [one, other] of [
      ["a", "b"],
      ["new", "new"],
      ["new", "c"],
    ] as const) {
      expect(() => refuseOnePlace(at(one), at(other))).toThrow(UsageError);
    }
    refuseOnePlace(at("a"), undefined, at("new"), undefined);
    refuseOnePlace("/dev/null", "/dev/null");
  });

  test("folders and places that are not there are refused at once", async () => {
    for (const path of [folder, join(folder, "absent", "report.txt")]) {
      expect(await rejectionOf(OutputFile.create(path))).toBeInstanceOf(InputError);
    }
  });
});
