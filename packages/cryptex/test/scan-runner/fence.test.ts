/** Nothing outside of a root is read or named, whatever is exchanged for a link between the look at it and its use. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import type { ScanEvent } from "../../src/scan-runner/events.ts";
import { readFile, Unreadable } from "../../src/scan-runner/read.ts";
import { Walk } from "../../src/scan-runner/walk.ts";
import { fakeRuleSet } from "./support/fake-engine.ts";
import { scanAll, walkOf } from "./support/scan.ts";
import { Tree } from "./support/tree.ts";

/** A root beside a folder with a secret; exchanges a folder of the root for a link to that. */
function places() {
  const tree = new Tree();
  tree.file("root/sub/deep/file", "inside");
  tree.file("root/z", "inside");
  tree.file("outside/deep/file", "secret");
  tree.file("outside/secret-name", "secret");
  return {
    tree,
    root: tree.path("root"),
    exchange: () => {
      renameSync(tree.path("root/sub"), tree.path("moved"));
      symlinkSync(tree.path("outside"), tree.path("root/sub"));
    },
    exchangeBack: () => {
      rmSync(tree.path("root/sub"));
      renameSync(tree.path("moved"), tree.path("root/sub"));
    },
    [Symbol.dispose]: () => tree[Symbol.dispose](),
  };
}

const MOVED = "changed during scan: a folder above it is another one";

describe("reading", () => {
  const read = (within: string, path: string) => {
    let memory = new Uint8Array();
    const request = { path, within, byLink: false, maxSize: 100, cancelled: () => false };
    try {
      readFile({
        ...request,
        memory: (length) => {
          memory = new Uint8Array(length);
          return memory;
        },
      });
    } catch (error) {
      if (error instanceof Unreadable) return `${error.kind}: ${error.message}`;
      throw error;
    }
    return Buffer.from(memory).toString();
  };

  test("a file below the root; none through a link above it", () => {
    using at = places();
    expect(read(at.root, "sub/deep/file")).toBe("inside");
    at.exchange();
    expect(read(at.root, "sub/deep/file")).toBe(`error: ${MOVED}`);
    expect(read(at.root, "z")).toBe("inside");
  });

  test("a root whose name begins another folder's", () => {
    using tree = new Tree();
    tree.file("root/x/file", "inside");
    tree.file("root-2/file", "secret");
    rmSync(tree.path("root/x"), { recursive: true });
    symlinkSync(tree.path("root-2"), tree.path("root/x"));
    expect(read(tree.path("root"), "x/file")).toBe(`error: ${MOVED}`);
  });
});

describe("a walk", () => {
  const step = (walk: Walk) => {
    const found = walk.next();
    return found && (found.kind === "file" ? found.path : `${found.kind} ${found.path}: ${found.reason}`);
  };

  test("gives no name of a folder that a link leads to", () => {
    using at = places();
    at.tree.file("root/a");
    using walk = new Walk(walkOf([""], { within: at.root }));
    expect(step(walk)).toBe("a");
    at.exchange();
    expect(step(walk)).toBe("skip sub: symbolic link");
    expect(step(walk)).toBe("z");
    expect(step(walk)).toBeUndefined();
  });

  test("says nothing of files behind a link that takes the place of a folder which is being walked", () => {
    using at = places();
    at.tree.file("root/sub/a");
    at.tree.file("root/sub/secret-name", "x");
    using walk = new Walk(walkOf([""], { within: at.root, maxSize: 5 }));
    expect(step(walk)).toBe("sub/a");
    at.exchange();
    // On Linux they are looked up where they were; a thread that reads them by their path finds the link.
    const found = [step(walk), step(walk), step(walk)];
    expect(found.join()).not.toContain("6 bytes is over the limit of 5 of outside");
    expect(found.at(-1)).toMatch(/^skip z: size of 6 bytes/);
    for (const each of found.slice(0, -1)) expect(each).toMatch(/^(sub\/secret-name|(skip|error) sub\/)/);
  });

  test("a folder that was exchanged for a link and back while others were open is asked again where it lies", () => {
    using at = places();
    for (let i = 0; i < 40; i++) at.tree.file(`root/many/${String(i).padStart(2, "0")}/x`);
    using walk = new Walk(walkOf(["many", "sub/deep", "z"], { within: at.root }));
    at.exchange();
    const found: (string | undefined)[] = [];
    for (let each = step(walk); each !== undefined; each = step(walk)) found.push(each);
    expect(found).toHaveLength(42);
    expect(found.at(-2)).toBe(`error sub/deep: ${MOVED}`);
    at.exchangeBack();
    using again = new Walk(walkOf(["sub/deep"], { within: at.root }));
    expect(step(again)).toBe("sub/deep/file");
  });

  test("a root that is a link by now is not followed", () => {
    using at = places();
    at.exchange();
    using walk = new Walk(walkOf(["sub"], { within: at.root }));
    expect(step(walk)).toBe("skip sub: symbolic link");
  });

  test("folders that may be entered and not listed; deep trees; nothing stays open", () => {
    using tree = new Tree();
    const deep = Array.from({ length: 100 }, () => "d").join("/");
    tree.file(`${deep}/x`);
    const openNow = () => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0);
    const before = openNow();
    {
      using walk = new Walk(walkOf([""], { within: tree.root }));
      expect(step(walk)).toBe(`${deep}/x`);
      expect(openNow() - before).toBeLessThanOrEqual(33);
    }
    expect(openNow()).toBe(before);
  });
});

test("a scan names nothing of the host: not in lines, not in what rules see", async () => {
  using tree = new Tree();
  tree.file("root/sub/x.exe");
  tree.file("root/y");
  const rules = ["filepath=sub", "filepath=", "filename=x.exe"].map((find, at) => ({
    name: `r${at}`,
    find: `?${find}`,
  }));
  const lines = await scanAll({
    ruleSet: fakeRuleSet(rules),
    walk: walkOf(["", "gone"], { within: tree.path("root") }),
  });
  const short = lines.map((line: ScanEvent) =>
    "rule" in line ? `${line.path} ${line.rule}` : "path" in line ? `${line.type} ${line.path}` : line.type,
  );
  expect(short).toEqual(["start", "error gone", "sub/x.exe r0", "sub/x.exe r2", "y r1", "end"]);
  expect(JSON.stringify(lines)).not.toContain(tree.root);
});

test("a root that cannot be listed is an error at its own place", () => {
  using tree = new Tree();
  mkdirSync(tree.path("root"));
  using walk = new Walk(walkOf([""], { within: tree.path("root") }));
  rmSync(tree.path("root"), { recursive: true });
  expect(walk.next()).toMatchObject({ kind: "error", path: "", reason: "does not exist" });
});
