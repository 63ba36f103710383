/** The container files of both products: what they take is in a release, and they run it as nobody in particular. */
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "#kit/make/checkout.ts";
import { esotericEntropy } from "../../make/esoteric-entropy.ts";
import { cryptex } from "../../packages/cryptex/make/cryptex.ts";
import { runProcess } from "../support/run-process.ts";

const FILES = [
  [esotericEntropy, "packaging/container/Containerfile"],
  [cryptex, "packages/cryptex/packaging/container/Containerfile"],
] as const;

/** Splits a container file into instructions, and those into stages. */
function stagesOf(text: string): (readonly [instruction: string, rest: string])[][] {
  const joined = text.replaceAll(/\\\n\s*/g, "").split("\n");
  const instructions = joined
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)] as const);
  const stages: (readonly [string, string])[][] = [];
  for (const instruction of instructions) {
    if (instruction[0] === "FROM") stages.push([]);
    stages.at(-1)!.push(instruction);
  }
  return stages;
}

for (const [{ name, release, targets }, path] of FILES) {
  describe(path, () => {
    const [chosen, last] = stagesOf(readFileSync(join(ROOT, path), "utf8"));
    const of = (stage: typeof chosen, wanted: string) =>
      stage!.filter(([instruction]) => instruction === wanted).map(([, rest]) => rest);

    test("takes files of a release, and no others", () => {
      const released = [...targets.map((target) => `${name}-${target}`), `${release.prefix}SHA256SUMS`];
      const taken = of(chosen, "COPY").flatMap((rest) => rest.split(" ").slice(0, -1));
      expect(taken.filter((file) => !released.includes(file))).toEqual([]);
      expect(taken).toContain(`${release.prefix}SHA256SUMS`);
    });

    test("runs the program, as a user without rights, whose data outlive it", () => {
      expect(of(last, "COPY")).toEqual([`--from=chosen /release/program /usr/local/bin/${name}`]);
      expect(of(last, "ENTRYPOINT")).toEqual([`["/usr/local/bin/${name}"]`]);
      const [user] = of(last, "USER");
      expect(user).toMatch(/^[1-9]\d+:[1-9]\d+$/);
      const [home] = of(last, "VOLUME");
      expect(of(last, "ENV")).toEqual([`HOME=${home}`]);
      expect(of(last, "RUN")).toEqual([`install -d -o ${user!.replace(":", " -g ")} -m 0700 ${home}`]);
    });

    describe("chooses the program of the machine by its checksum", () => {
      const [script] = of(chosen, "RUN");
      const chooses = async (machine: string, damage = "") => {
        const folder = mkdtempSync(join(tmpdir(), "container-"));
        try {
          writeFileSync(join(folder, "dpkg"), `#!/bin/sh\necho ${machine}\n`);
          chmodSync(join(folder, "dpkg"), 0o755);
          const sums = ["linux-x64", "linux-arm64", "darwin-x64"].map((target) => {
            const sum = createHash("sha256").update(target).digest("hex");
            if (target.startsWith("linux")) writeFileSync(join(folder, `${name}-${target}`), target + damage);
            return `${sum}  ${name}-${target}\n`;
          });
          writeFileSync(join(folder, `${release.prefix}SHA256SUMS`), sums.join(""));
          const env = { PATH: `${folder}:${process.env["PATH"]}` };
          const { exitCode } = await runProcess(["sh", "-c", script!], { cwd: folder, env });
          return exitCode === 0 ? readFileSync(join(folder, "program"), "utf8") : exitCode;
        } finally {
          rmSync(folder, { recursive: true });
        }
      };

      test("and no other", async () => {
        if (process.platform !== "linux") return console.warn("skipped: the script is for Linux");
        expect(await chooses("amd64")).toBe("linux-x64");
        expect(await chooses("arm64")).toBe("linux-arm64");
        expect(await chooses("riscv64")).toBe(1);
        expect(await chooses("amd64", "damage")).toBe(1);
      });
    });
  });
}

test("a container is built and runs", async () => {
  const engine = ["podman", "docker"].find((each) => Bun.which(each));
  const isThere = async (program: string) =>
    (await runProcess([program, "image", "inspect", "debian:12-slim"])).exitCode === 0;
  if (engine === undefined || !(await isThere(engine))) {
    return console.warn("skipped: no podman or docker here has the image debian:12-slim");
  }
  for (const [{ name, version, outFolder }, path] of FILES) {
    const built = await runProcess([engine, "build", "-q", "-f", path, outFolder], { cwd: ROOT });
    if (built.exitCode !== 0) {
      console.warn(
        `skipped: ${name} is not built for release here: ${built.stderr.trim().split("\n").at(-1)}`,
      );
      continue;
    }
    const run = await runProcess([engine, "run", "--rm", built.stdout.trim(), "--version"]);
    expect(run.stdout.trim()).toBe(version);
  }
});
