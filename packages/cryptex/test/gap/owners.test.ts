/** Who is responsible, by CODEOWNERS. The cases are those of GitHub's own page about the file. */
import { describe, expect, test } from "bun:test";
import { Owners } from "../../src/gap/owners.ts";
import { componentOf, reportOf } from "./support.ts";

const ownersIn = (text: string) => Owners.parse(text, "CODEOWNERS");

describe("patterns", () => {
  const cases: readonly (readonly [line: string, owned: string, not: string])[] = [
    ["* @all", "a.c deep/b.c", ""],
    ["*.js @js", "a.js deep/b.js", "a.jsx js"],
    ["/build/logs/ @doctocat", "build/logs/a build/logs/deep/b", "src/build/logs/a build/logs"],
    ["docs/* @docs", "docs/a.md", "docs/build/b.md src/docs/a.md"],
    ["apps/ @octocat", "apps/a src/apps/deep/b", "apps"],
    ["/docs/ @doctocat", "docs/a docs/deep/b", "src/docs/a"],
    ["/scripts/ @a @b", "scripts/x", "x"],
    ["**/logs @octocat", "build/logs/a logs/a deep/logs/b/c", "logsx/a"],
    ["a\\ b.c @x", "a b.c", "a.c b.c"],
    ["src @x", "src/a.c deep/src/b.c", "source/a.c"],
    ["/* @x", "a.c", "deep/a.c"],
  ];
  for (const [line, owned, not] of cases) {
    test(line, () => {
      const owners = ownersIn(line);
      const wanted = line.replace(/^(\\.|\S)+\s/, "");
      const paths = line.startsWith("a\\") ? [owned] : owned.split(" ");
      expect(paths.map((path) => owners.ownersOf(path))).toEqual(paths.map(() => wanted));
      for (const path of not.split(" ").filter(Boolean))
        expect([path, owners.ownersOf(path)]).toEqual([path, null]);
    });
  }

  test("the last that matches counts, also one without owners", () => {
    const owners = ownersIn("# all\n\n*  @all\n/apps/ @apps  # theirs\n/apps/github\n");
    expect(["x", "apps/a", "apps/github/b"].map((path) => owners.ownersOf(path))).toEqual([
      "@all",
      "@apps",
      null,
    ]);
  });

  test("that mean nothing there are said, and the others count", () => {
    const owners = ownersIn("*.c @c\n!a.c @x\na[bc].c @x\n**/a/**/b/**/c/**/d @x\n");
    expect(owners.problems.map(({ place, reason }) => `${place}: ${reason}`)).toEqual([
      "CODEOWNERS:2: a pattern that begins with ! means nothing in CODEOWNERS",
      "CODEOWNERS:3: a range of characters means nothing in CODEOWNERS",
      "CODEOWNERS:4: the pattern has more than 3 times **",
    ]);
    expect(owners.ownersOf("a.c")).toBe("@c");
  });
});

describe("in a report", () => {
  const A = { "a.c": "int a;\n" };
  const ownerIn = async (files: Record<string, string>, toml?: string) =>
    componentOf(await reportOf({ ...A, ...files }, toml), "a.c").responsible;

  test("the first file that is there counts: .github, the root, docs", async () => {
    const all = { ".github/CODEOWNERS": "* @github", CODEOWNERS: "* @root", "docs/CODEOWNERS": "* @docs" };
    expect(await ownerIn(all)).toBe("@github");
    expect(await ownerIn({ CODEOWNERS: all.CODEOWNERS, "docs/CODEOWNERS": all["docs/CODEOWNERS"] })).toBe(
      "@root",
    );
    expect(await ownerIn({ "docs/CODEOWNERS": all["docs/CODEOWNERS"] })).toBe("@docs");
    expect(await ownerIn({})).toBe(null);
  });

  test("gap.toml goes before it, also without a port", async () => {
    const toml = '[[map]]\nfrom = "a.c"\nresponsible = "me"\nlinked = "A"\n';
    expect(await ownerIn({ CODEOWNERS: "* @root" }, toml)).toBe("me");
    expect(componentOf(await reportOf(A, toml), "a.c")).toMatchObject({
      port_status: "pending",
      linked_cryptex: "A",
    });
  });

  test("what cannot be used is a problem", async () => {
    const { problems } = await reportOf({ ...A, CODEOWNERS: new Uint8Array([0xff, 0xfe, 0]) });
    expect(problems).toEqual([
      { kind: "owners", component: null, place: "CODEOWNERS", reason: "is no UTF-8" },
    ]);
  });
});
