/** The bill of materials: from a made-up lock file, and of this program, compared with what its bundle shows. */
import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bundlePlan, packagesIn } from "#kit/make/binary.ts";
import { ROOT } from "#kit/make/checkout.ts";
import { packageLicences, programLicences } from "#kit/make/licences.ts";
import { bill, billOfMaterials } from "#kit/make/sbom.ts";
import { esotericEntropy } from "../../../make/esoteric-entropy.ts";
import { COMPILE_TIMEOUT_MS, host } from "../../support/native-builds.ts";

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

describe("from a made-up lock file", () => {
  const lock = {
    "": { version: "1.0.0", license: "MIT", dependencies: { a: "1.0.0" } },
    "node_modules/a": {
      version: "1.0.0",
      integrity,
      license: "Apache-2.0 AND MIT",
      dependencies: { "@s/b": "2.0.0", "never-imported": "1.0.0" },
      optionalDependencies: { "only-windows": "1.0.0" },
    },
    "node_modules/@s/b": { version: "1.0.0", integrity, license: "MIT" },
    "node_modules/a/node_modules/@s/b": { version: "2.0.0", integrity, license: "MIT" },
    "node_modules/c": { version: "1.0.0", integrity, license: "MIT" },
    "node_modules/c/node_modules/@s/b": { version: "2.0.0", integrity, license: "MIT" },
    "node_modules/never-imported": { version: "1.0.0", integrity, license: "MIT" },
    "node_modules/runtime": { version: "4.0.0", integrity, license: "MIT", dev: true },
  };
  const product = { name: "demo", version: "1.0.0", license: "MIT" };
  const twoB = ["node_modules/a/node_modules/@s/b", "node_modules/c/node_modules/@s/b"];
  const binaries = new Map([
    ["demo-one", ["node_modules/a", ...twoB, "node_modules/runtime"]],
    ["demo-two", ["node_modules/@s/b", "node_modules/runtime"]],
  ]);
  const { components, dependencies } = bill(product, lock, binaries) as Bill;
  const dependsOn = (ref: string) => dependencies.find((each) => each.ref === ref)?.dependsOn;

  test("names what is in a binary, once, and nothing that is only in the lock file", () => {
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

  test("says of each binary what is in it", () => {
    expect(dependsOn("pkg:npm/demo@1.0.0")).toEqual(["demo-one", "demo-two"]);
    expect(dependsOn("demo-one")).toEqual([
      "pkg:npm/%40s/b@2.0.0",
      "pkg:npm/a@1.0.0",
      "pkg:npm/runtime@4.0.0",
    ]);
    expect(dependsOn("demo-two")).toEqual(["pkg:npm/%40s/b@1.0.0", "pkg:npm/runtime@4.0.0"]);
  });

  test("a dependency is the nearest package of its name, if it is in the binary", () => {
    expect(dependsOn("pkg:npm/a@1.0.0")).toEqual(["pkg:npm/%40s/b@2.0.0"]);
  });

  test("has the parts of every binary that are no packages, with where their sources are", () => {
    const other = {
      name: "engine",
      version: "3.2.1",
      license: "BSD-3-Clause",
      purl: "pkg:github/demo/engine@v3.2.1",
      source: { url: "https://example.org/engine.tar.gz", sha256: "cd".repeat(32) },
      notices: "LICENSE",
    };
    const withOther = bill(product, lock, binaries, [other]) as Bill;
    expect(withOther.components.slice(0, -1)).toEqual([...components]);
    expect(withOther.components.at(-1)).toEqual({
      type: "library",
      "bom-ref": other.purl,
      name: "engine",
      version: "3.2.1",
      purl: other.purl,
      licenses: [{ license: { id: "BSD-3-Clause" } }],
      externalReferences: [
        {
          type: "source-distribution",
          url: other.source.url,
          hashes: [{ alg: "SHA-256", content: other.source.sha256 }],
        },
      ],
    } as never);
    for (const name of binaries.keys()) {
      const { dependsOn } = withOther.dependencies.find(({ ref }) => ref === name)!;
      expect(dependsOn).toContain(other.purl);
    }
  });

  test("is not made with a package that the lock file does not name", () => {
    const strange = new Map([["demo-one", ["node_modules/strange"]]]);
    expect(() => bill(product, lock, strange)).toThrow("does not name node_modules/strange");
  });
});

test("a bundle with a package that is there for a workspace alone is not made", () => {
  const withInput = (path: string) =>
    ({ metafile: { inputs: { [path]: {} } } }) as unknown as Bun.BuildOutput;
  expect(packagesIn(withInput("node_modules/hono/dist/hono.js"))).toEqual(["node_modules/hono"]);
  expect(() => packagesIn(withInput("node_modules/node-red/lib/red.js"))).toThrow(
    "node_modules/node-red is there for a workspace alone",
  );
});

/**
 * Finds the packages whose code is in a bundle by looking at the bundle: unless it minifies, Bun writes the path of each file
 * above what is left of it.
 */
async function packagesSeenIn(options: Bun.BuildConfig): Promise<string[]> {
  const minify = { syntax: true, whitespace: false, identifiers: false };
  const result = await Bun.build({ ...options, minify });
  const texts = result.outputs.filter(({ path }) => path.endsWith(".js")).map((output) => output.text());
  const paths = (await Promise.all(texts)).flatMap((text) => [...text.matchAll(/^ *\/\/ (\S+)$/gm)]);
  return [...new Set(paths.map(([, path]) => folderOf(path!)).filter((each) => each !== undefined))];
}

function folderOf(path: string): string | undefined {
  const parts = path.split("/");
  const at = parts.lastIndexOf("node_modules");
  const name = parts[at + 1]?.startsWith("@") ? 2 : 1;
  return at < 0 ? undefined : parts.slice(parts.indexOf("node_modules"), at + 1 + name).join("/");
}

/** Package URL by the name and version that the package itself states. */
function stated(folder: string): string {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
  return `pkg:npm/${name}@${version}`;
}

describe("of this program", () => {
  const target = host();
  let packages: readonly string[];
  /** Found by looking at the bundle, not at the lock file or the bundler's list. */
  let seen: readonly string[];

  beforeAll(async () => {
    const plan = await bundlePlan(esotericEntropy, target);
    const options = { ...plan.options, plugins: [...plan.plugins] };
    packages = packagesIn(await Bun.build({ ...options, metafile: true }), plan.packages);
    seen = [
      ...(await packagesSeenIn(options)),
      ...(await packagesSeenIn({ entrypoints: [join(ROOT, "src/faces/http/dashboard/index.html")] })),
      // Not bundled code: the library that draws on the terminal, and Bun.
      `node_modules/@opentui/core-${target}`,
      `node_modules/@oven/bun-${target.replace("arm64", "aarch64")}`,
    ];
  }, COMPILE_TIMEOUT_MS);

  /** Returns what a bill of these packages says is in the program. */
  function billed(them: readonly string[]): readonly string[] {
    const text = billOfMaterials(esotericEntropy, new Map([[target, { path: "", packages: them }]]));
    const { components, dependencies } = JSON.parse(text) as Bill;
    const all = components.map(({ purl }) => decodeURIComponent(purl)).sort();
    const ofBinary = dependencies.find(({ ref }) => ref === `esoteric-entropy-${target}`)!.dependsOn;
    expect(ofBinary.map(decodeURIComponent).sort()).toEqual(all);
    return all;
  }

  const PARTS = ["pkg:generic/eff_large_wordlist@2016-07-18"];
  const found = () => [...PARTS, ...new Set(seen.map(stated))].sort();

  test("has every package that is in it, and no other", () => {
    expect(seen.length).toBeGreaterThan(50);
    expect(billed(packages)).toEqual(found());
  });

  test("with one package more, or one less, it would not agree with the bundle", () => {
    expect(billed([...packages, "node_modules/typescript"])).not.toEqual(found());
    expect(billed(packages.filter((each) => each !== "node_modules/hono"))).not.toEqual(found());
  });

  test("every package has its hash and licence, and depends on others that are in it", () => {
    const text = billOfMaterials(esotericEntropy, new Map([[target, { path: "", packages }]]));
    const { components, dependencies } = JSON.parse(text) as Bill;
    const refs = components.map((each) => each["bom-ref"]);
    expect(new Set(refs).size).toBe(refs.length);
    for (const { purl, hashes, licenses } of components) {
      // A part that is no package came with one, which has a hash.
      if (!PARTS.includes(purl)) expect(hashes?.[0]?.content, purl).toMatch(/^[0-9a-f]{128}$/);
      expect(licenses, purl).toHaveLength(1);
    }
    for (const { dependsOn } of dependencies.slice(1))
      for (const ref of dependsOn) expect(refs).toContain(ref);
  });

  test("the licences name every package, once with its version", async () => {
    const text = await programLicences(esotericEntropy, packages);
    for (const each of seen) {
      const [name, version] = stated(each)
        .replace("pkg:npm/", "")
        .split(/(?<=.)@/);
      expect(text).toContain(`${name} ${version}`);
    }
    expect(text).toContain("Copyright (c) 2026 The esoteric-entropy authors");
    expect(text).toContain("Bun statically links JavaScriptCore");
    expect(text).not.toContain("typescript ");
  });

  test("so do those of a part that is no package", async () => {
    const notices = "test/kit/c/squares.c";
    const engine = {
      name: "engine",
      version: "3.2.1",
      license: "MIT",
      purl: "",
      source: { url: "", sha256: "" },
    };
    const { program } = esotericEntropy;
    const recipe = { ...esotericEntropy, program: { ...program, components: [{ ...engine, notices }] } };
    const text = await programLicences(recipe, packages);
    expect(text).toContain(`engine 3.2.1\n\n${readFileSync(join(ROOT, notices), "utf8")}`);
  });

  test("a package without a licence is not shipped", async () => {
    await expect(packageLicences(["node_modules/bun"])).rejects.toThrow("node_modules/bun has no licence");
  });
});
