import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "#kit/make/native.ts";
import { runtimePackage } from "#kit/make/runtime.ts";
import { bill, billOfMaterials } from "#kit/make/sbom.ts";
import { TARGETS } from "#kit/native/target.ts";

interface Bill {
  readonly components: readonly {
    readonly "bom-ref": string;
    readonly purl: string;
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
    readonly licenses: readonly object[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const integrity = `sha512-${Buffer.alloc(64, 0xab).toString("base64")}`;

describe("of a lock file made up", () => {
  const { components, dependencies } = bill(
    {
      "": { version: "1.0.0", license: "MIT", dependencies: { a: "1.0.0" } },
      "node_modules/a": {
        version: "1.0.0",
        integrity,
        license: "Apache-2.0 AND MIT",
        dependencies: { "@s/b": "2.0.0" },
        optionalDependencies: { "only-windows": "1.0.0" },
      },
      "node_modules/@s/b": { version: "1.0.0", integrity, license: "MIT" },
      "node_modules/a/node_modules/@s/b": { version: "2.0.0", integrity, license: "MIT" },
      "node_modules/compiler": { version: "3.0.0", integrity, license: "MIT", dev: true },
      "node_modules/runtime": { version: "4.0.0", integrity, license: "MIT", dev: true },
      "node_modules/only-windows": { version: "1.0.0", integrity, license: "MIT", os: ["win32"] },
    },
    ["node_modules/runtime"],
  ) as Bill;

  test("names what is shipped, the runtime too, and not what only builds or is for other systems", () => {
    expect(components.map((each) => each.purl)).toEqual([
      "pkg:npm/%40s/b@1.0.0",
      "pkg:npm/a@1.0.0",
      "pkg:npm/%40s/b@2.0.0",
      "pkg:npm/runtime@4.0.0",
    ]);
  });

  test("states hashes in hexadecimal, and licences by name or as an expression", () => {
    expect(components[1]).toMatchObject({
      hashes: [{ alg: "SHA-512", content: "ab".repeat(64) }],
      licenses: [{ expression: "Apache-2.0 AND MIT" }],
    });
    expect(components[0]!.licenses).toEqual([{ license: { id: "MIT" } }]);
  });

  test("a dependency is the nearest package of its name", () => {
    const of = (ref: string) => dependencies.find((each) => each.ref === ref)?.dependsOn;
    expect(of("pkg:npm/a@1.0.0")).toEqual(["pkg:npm/%40s/b@2.0.0"]);
    expect(of("pkg:npm/esoteric-entropy@1.0.0")).toEqual(["pkg:npm/a@1.0.0", "pkg:npm/runtime@4.0.0"]);
  });
});

describe("of this project", () => {
  const { components, dependencies } = JSON.parse(billOfMaterials()) as Bill;

  test("every package once, with its hash and licence", () => {
    expect(components.length).toBeGreaterThan(50);
    expect(new Set(components.map((each) => each["bom-ref"])).size).toBe(components.length);
    for (const { purl, hashes, licenses } of components) {
      expect(hashes?.[0]?.content, purl).toMatch(/^[0-9a-f]{128}$/);
      expect(licenses, purl).toHaveLength(1);
    }
  });

  test("all that package.json depends on, and the runtime of every target", () => {
    const { dependencies: direct } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const purls = components.map((each) => decodeURIComponent(each.purl));
    for (const [name, version] of Object.entries(direct))
      expect(purls).toContain(`pkg:npm/${name}@${version}`);
    for (const { name, version } of TARGETS.map(runtimePackage))
      expect(purls).toContain(`pkg:npm/${name}@${version}`);
  });

  test("dependencies are among the components", () => {
    const refs = components.map((each) => each["bom-ref"]);
    for (const { dependsOn } of dependencies) for (const ref of dependsOn) expect(refs).toContain(ref);
  });
});
