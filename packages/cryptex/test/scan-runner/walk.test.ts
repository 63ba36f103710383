import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chmodSync, linkSync, renameSync, rmSync, symlinkSync, truncateSync, utimesSync } from "node:fs";
import { createServer } from "node:net";
import fc from "fast-check";
import { forFs, pathOf } from "../../src/scan-runner/paths.ts";
import { type Found, type WalkOptions, walk } from "../../src/scan-runner/walk.ts";
import { walkOf } from "./support/scan.ts";
import { Tree } from "./support/tree.ts";

/** `a/b` for a file, `skip a/b: reason` for another. */
function lines(tree: Tree, options: Partial<WalkOptions> = {}, roots = [tree.root]): string[] {
  return [...walk(walkOf(roots, options))].map((found) => line(tree, found));
}

function line(tree: Tree, found: Found): string {
  const path = tree.below(found.path);
  return found.kind === "file"
    ? path
    : `${found.kind} ${path}: ${found.reason.replaceAll(`${tree.root}/`, "")}`;
}

describe("order", () => {
  // Bytes around the slash (0x2f), control characters, and bytes that are no UTF-8.
  const name = fc
    .string({
      unit: fc.constantFrom("a", "b", "-", ".", "0", "!", "\n", "\xff", "\xc3", "\xa9"),
      minLength: 1,
      maxLength: 3,
    })
    .filter((text) => text !== "." && text !== "..");
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));

  test("files come by the bytes of whole paths, each once, however the roots overlap", () => {
    const trees = fc.tuple(fc.array(path, { maxLength: 12 }), fc.array(path, { maxLength: 3 }));
    fc.assert(
      fc.property(trees, ([paths, roots]) => {
        using tree = new Tree();
        const files = new Set<string>();
        for (const each of paths) {
          const clashes = [...files].some(
            (other) => other === each || other.startsWith(`${each}/`) || each.startsWith(`${other}/`),
          );
          if (!clashes) files.add(each) && tree.file(each);
        }
        const asked = roots.filter((root) =>
          [...files].some((file) => file === root || file.startsWith(`${root}/`)),
        );
        const found = lines(tree, {}, [tree.root, ...asked.map((root) => tree.path(root)), `${tree.root}/`]);
        expect(found).toEqual([...files].sort());
      }),
      { numRuns: 200 },
    );
  });

  test("what is said of a folder stands at its name, its files behind the slash", () => {
    using tree = new Tree();
    tree.file("a/x");
    tree.file("a-b");
    tree.file("a0");
    tree.file("deep/er/x");
    expect(lines(tree, { maxDepth: 1 })).toEqual([
      "a-b",
      "a/x",
      "a0",
      "skip deep/er: folder below the depth of 1",
    ]);
    expect(lines(tree, { exclude: ["a"] })).toEqual(["skip a: excluded by a", "a-b", "a0", "deep/er/x"]);
  });

  test("a folder of many names", () => {
    using tree = new Tree();
    const names = Array.from({ length: 10_100 }, (_, i) => `n${i}`);
    for (const each of names) tree.file(each, "");
    tree.file("n5-folder/x");
    expect(lines(tree)).toEqual([...names, "n5-folder/x"].sort());
  });
});

describe("roots", () => {
  test("one place is one root, however it is written", () => {
    using tree = new Tree();
    const file = tree.file("a.txt");
    expect(lines(tree, {}, [file, file, `${tree.root}//a.txt`, `${tree.root}/./a.txt`])).toEqual(["a.txt"]);
  });

  test("one that does not exist, or is part of a path that does not, is an error", () => {
    using tree = new Tree();
    const file = tree.file("a");
    expect(lines(tree, {}, [tree.path("none"), `${file}/b`, ""])).toEqual([
      "error : does not exist",
      "error a/b: does not exist: part of the path is no folder",
      "error none: does not exist",
    ]);
  });

  test("one that an argument could not carry is not said to be absent without more", () => {
    using tree = new Tree();
    const [line] = lines(tree, {}, [tree.path("bad\uFFFD")]);
    expect(line).toBe(
      "error bad\uFFFD: does not exist; if its name is not UTF-8, give the folder it is in: an argument cannot carry such a name",
    );
  });

  test("one that is a link is followed", () => {
    using tree = new Tree();
    tree.file("real/x");
    symlinkSync("real", tree.path("link"));
    symlinkSync("real/x", tree.path("file"));
    symlinkSync("nothing", tree.path("dangling"));
    expect(
      lines(
        tree,
        {},
        ["link", "file", "dangling"].map((each) => tree.path(each)),
      ),
    ).toEqual(["error dangling: symbolic link to what does not exist: nothing", "file", "link/x"]);
  });

  test("one below an excluded folder, or beyond the depth, is walked all the same", () => {
    using tree = new Tree();
    tree.file("out/in/x");
    tree.file("out/y");
    expect(lines(tree, { exclude: ["out"], maxDepth: 0 }, [tree.root, tree.path("out/in")])).toEqual([
      "skip out: excluded by out",
      "out/in/x",
    ]);
  });
});

describe("names", () => {
  test("are bytes", () => {
    using tree = new Tree();
    const names = ["a\nb", "\xff\xfe", "\xc3\xa9", "sp ace", "\x1b[2J"];
    for (const each of names) tree.file(`\x80folder/${each}`);
    expect(lines(tree)).toEqual(names.map((each) => `\x80folder/${each}`).sort());
  });

  test("beyond the longest path end in an error, not in a crash", () => {
    using tree = new Tree();
    const script =
      'cd "$1" || exit 1; i=0; while [ $i -lt 40 ]; do mkdir "$2" && cd -P "$2" || exit 0; i=$((i+1)); done';
    spawnSync("sh", ["-c", script, "sh", tree.root, "d".repeat(200)]);
    const found = lines(tree);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^error (d{200}\/)+d{200}: the path is too long for the system$/);
    spawnSync("rm", ["-rf", tree.root]);
  });
});

describe("what is no regular file", () => {
  test("FIFOs, sockets, devices and links are skipped by name", async () => {
    using tree = new Tree();
    spawnSync("mkfifo", [tree.path("fifo")]);
    symlinkSync("fifo", tree.path("link"));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(tree.path("socket"), resolve));
    try {
      expect(lines(tree, {}, [tree.root, "/dev/null"])).toEqual([
        "skip /dev/null: character device",
        "skip fifo: FIFO",
        "skip link: symbolic link",
        "skip socket: socket",
      ]);
    } finally {
      server.close();
    }
  });

  test.skipIf(process.platform !== "linux")("/proc and /sys are not entered (Linux alone has them)", () => {
    using tree = new Tree();
    expect(lines(tree, {}, ["/proc", "/proc/self/status"])).toEqual([
      "skip /proc: file system of the kernel (proc)",
      "skip /proc/self/status: file system of the kernel (proc)",
    ]);
  });
});

describe("links that are followed", () => {
  test("each folder is entered once, and loops end", () => {
    using tree = new Tree();
    tree.file("a.txt");
    tree.file("d1/d2/b.txt");
    symlinkSync("..", tree.path("d1/d2/d3"));
    symlinkSync("..", tree.path("d1/d2/d4"));
    symlinkSync(".", tree.path("self"));
    symlinkSync("d1", tree.path("e"));
    symlinkSync("a.txt", tree.path("f"));
    symlinkSync("nothing", tree.path("g"));
    symlinkSync("h", tree.path("h"));
    expect(lines(tree, { follow: true })).toEqual([
      "a.txt",
      "d1/d2/b.txt",
      "skip d1/d2/d3: loop: the same folder as d1",
      "skip d1/d2/d4: loop: the same folder as d1",
      "skip e: the same folder as d1",
      "f",
      "skip g: symbolic link to what does not exist: nothing",
      "skip h: symbolic link to what does not exist: h",
      `skip self: loop: the same folder as ${tree.root}`,
    ]);
  });
});

describe("options", () => {
  test("globs are held against the path below the root and the name", () => {
    using tree = new Tree();
    for (const each of ["a.log", "sub/b.log", "sub/c.txt", "sub/deep/d.txt", "\xc3\xa9.txt"]) tree.file(each);
    const skipped = (glob: string) =>
      lines(tree, { exclude: [glob] })
        .filter((each) => each.startsWith("skip"))
        .map((each) => each.slice(5, each.indexOf(":")));
    expect(skipped("*.log")).toEqual(["a.log", "sub/b.log"]);
    expect(skipped("sub/*.txt")).toEqual(["sub/c.txt"]);
    expect(skipped("sub/**/*.txt")).toEqual(["sub/c.txt", "sub/deep/d.txt"]);
    expect(skipped("deep")).toEqual(["sub/deep"]);
    expect(skipped("é.*")).toEqual(["\xc3\xa9.txt"]);
  });

  test("larger files are skipped with the limit, and make the scan incomplete; older ones do not", () => {
    using tree = new Tree();
    tree.file("large", "12345");
    tree.file("old");
    utimesSync(tree.path("old"), 1000, 1000);
    const sparse = tree.file("sparse", "");
    truncateSync(sparse, 100 * 2 ** 30);
    const found = [...walk(walkOf([tree.root], { maxSize: 4, since: 2_000_000 }))];
    expect(found.map((each) => [line(tree, each), each.kind === "skip" && each.complete])).toEqual([
      ["skip large: size of 5 bytes is over the limit of 4", false],
      ["skip old: last changed before the time given", true],
      ["skip sparse: size of 107374182400 bytes is over the limit of 4", false],
    ]);
  });

  test("a depth of 0 takes the files of the root", () => {
    using tree = new Tree();
    tree.file("x");
    tree.file("sub/y");
    expect(lines(tree, { maxDepth: 0 })).toEqual(["skip sub: folder below the depth of 0", "x"]);
  });
});

describe("folders that change under the walk", () => {
  const changes: Readonly<Record<string, [(tree: Tree) => void, string]>> = {
    "a folder that is gone": [
      (tree) => rmSync(tree.path("m"), { recursive: true }),
      "error m: changed during scan: it does not exist any more",
    ],
    "a file in a folder's place": [
      (tree) => {
        rmSync(tree.path("m"), { recursive: true });
        tree.file("m");
      },
      "m",
    ],
    "a link in a folder's place": [
      (tree) => {
        renameSync(tree.path("m"), tree.path("elsewhere"));
        symlinkSync("elsewhere", tree.path("m"));
      },
      "skip m: symbolic link",
    ],
  };
  for (const [name, [change, expected]] of Object.entries(changes)) {
    test(name, () => {
      using tree = new Tree();
      tree.file("a");
      tree.file("m/x");
      tree.file("z");
      const found = walk(walkOf([tree.root]));
      expect(line(tree, found.next().value as Found)).toBe("a");
      change(tree);
      expect([...found].map((each) => line(tree, each))).toEqual([expected, "z"]);
    });
  }

  const isRoot = process.getuid?.() === 0;
  test.skipIf(isRoot)("folders that may not be read are errors (root may read all: skipped for root)", () => {
    using tree = new Tree();
    tree.file("locked/x");
    tree.file("z");
    chmodSync(tree.path("locked"), 0);
    expect(lines(tree)).toEqual(["error locked: permission denied", "z"]);
    chmodSync(tree.path("locked"), 0o700);
  });
});

test("files named by themselves keep their folder, whose records are read once", () => {
  using tree = new Tree();
  const paths = ["a", "b/c", "d"].map((each) => tree.file(each));
  const found = [...walk(walkOf(paths))].map((each) => (each.kind === "file" ? each : undefined)!);
  expect(found[0]!.folder).toBe(found[2]!.folder);
  expect(found.map(({ folder, name }) => [tree.below(folder.path), name])).toEqual([
    [tree.root, "a"],
    ["b", "c"],
    [tree.root, "d"],
  ]);
});

test("hard links are files of their own", () => {
  using tree = new Tree();
  linkSync(forFs(tree.file("a")), tree.path("b"));
  expect(lines(tree)).toEqual(["a", "b"]);
  expect(pathOf("é")).toBe("\xc3\xa9");
});
