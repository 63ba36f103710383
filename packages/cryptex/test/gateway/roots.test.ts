import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRoots } from "../../src/gateway/roots.ts";
import { ServiceError } from "../../src/gateway/service-error.ts";

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "cryptex-roots-")));
  for (const name of ["root/sub", "root-evil"]) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ["root/ok.txt", "root/sub/a.txt", "root-evil/x.txt", "secret.txt"])
    writeFileSync(join(folder, name), name);
  symlinkSync("..", join(folder, "root/link_out"));
  symlinkSync("sub", join(folder, "root/link_in"));
  symlinkSync("loop", join(folder, "root/loop"));
  symlinkSync(join(folder, "root"), join(folder, "alias"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const roots = () => openRoots([{ name: "files", folder: join(folder, "root") }]);

function refusal(work: () => unknown): ServiceError {
  try {
    work();
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a path below a root", () => {
  for (const [path, real] of [
    [".", "root"],
    ["./ok.txt", "root/ok.txt"],
    ["ok.txt", "root/ok.txt"],
    ["sub/", "root/sub"],
    ["ok.txt/", "root/ok.txt"],
    ["sub/a.txt", "root/sub/a.txt"],
    ["link_in/a.txt", "root/sub/a.txt"],
  ] as const) {
    test(path, () => {
      const found = roots().resolve("files", path);
      expect(found).toEqual({ base: join(folder, "root"), path: join(folder, real) });
    });
  }

  test("a root that is a link is where it leads", () => {
    const aliased = openRoots([{ name: "files", folder: join(folder, "alias") }]);
    expect(aliased.resolve("files", "ok.txt").path).toBe(join(folder, "root/ok.txt"));
  });
});

describe("what is outside is as absent as what does not exist", () => {
  const absent = "no such path below the root files";
  for (const path of [
    "gone.txt",
    "../secret.txt",
    "..",
    "sub/../../secret.txt",
    "sub/../ok.txt",
    "../root-evil/x.txt",
    "link_out/secret.txt",
    "link_out",
    "link_out/root-evil/x.txt",
    "loop",
    "ok.txt/x",
    "ok.txt\0.png",
    "%2e%2e/secret.txt",
    "",
    "/",
    "//",
    "sub//a.txt",
    "/etc/passwd",
    "\ud800",
    "a".repeat(5_000),
    "a/".repeat(3_000),
  ]) {
    test(JSON.stringify(path).slice(0, 40), () => {
      const error = refusal(() => roots().resolve("files", path));
      expect([error.kind, error.message, error.details]).toEqual(["not-found", absent, {}]);
    });
  }

  test("an absolute path that is in the root", () => {
    const error = refusal(() => roots().resolve("files", join(folder, "root/ok.txt")));
    expect(error.message).toBe(absent);
  });

  test("another root", () => {
    const error = refusal(() => roots().resolve("fi\x1bles", "ok.txt"));
    expect([error.kind, error.message]).toEqual(["not-found", "there is no root fi\\x1Bles"]);
  });
});

test("roots have names, and are folders", () => {
  const open = (name: string, path = "root") => openRoots([{ name, folder: join(folder, path) }]);
  for (const name of ["", "a/b", ".hidden", "a b", "a".repeat(65)])
    expect(() => open(name)).toThrow("cannot name a root");
  expect(() => open("a", "gone")).toThrow("the root a cannot be used: ");
  expect(() => open("a", "secret.txt")).toThrow("is no folder");
  const twice = { name: "a", folder };
  expect(() => openRoots([twice, twice])).toThrow("there are two roots a");
});
