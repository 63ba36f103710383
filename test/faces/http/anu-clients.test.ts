/**
 * Clients of the ANU QRNG by other authors, pointed at this server: `true-random` from npm and `quantumrandom` from PyPI.
 * EE_CLIENTS=1 fetches them from their registries into a temporary folder. Neither is maintained well enough to be a
 * dependency of this project.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stdoutOf } from "../../support/run-process.ts";
import { type ListeningApp, listeningApp } from "../../support/served-app.ts";

const isWanted = process.env["EE_CLIENTS"] === "1";
if (!isWanted)
  console.warn("skipped: clients of others, which are fetched from npm and PyPI; EE_CLIENTS=1 runs them");

let served: ListeningApp;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
  served = await listeningApp({ hosts: "loopback" });
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const output = (command: readonly string[], env: Record<string, string> = {}) =>
  stdoutOf(command, { cwd: folder, env: { ...process.env, ...env } });

describe.skipIf(!isWanted)("clients of others", () => {
  test("quantumrandom, its address changed to ours", async () => {
    await output([
      "python3",
      "-m",
      "pip",
      "install",
      "-q",
      "--no-deps",
      "--target",
      folder,
      "quantumrandom==1.9.0",
    ]);
    const script = `
import json, quantumrandom as q
q.URL = ${JSON.stringify(served.url)} + "/API/jsonI.php"
print(json.dumps([q.get_data("uint16", 1024), q.get_data("hex16", 100, 100), q.hex(2, 3), len(q.binary())]))`;
    const [numbers, blocks, hex, length] = JSON.parse(await output(["python3", "-c", script]));
    expect(numbers.length).toBe(1024);
    expect(numbers.every((value: number) => Number.isInteger(value) && value >= 0 && value < 65_536)).toBe(
      true,
    );
    expect(new Set(blocks).size).toBe(100); // false alarm below 2^-780
    expect(hex).toMatch(/^[0-9a-f]{12}$/);
    expect(length).toBe(10_000);
  });

  test("true-random, which knows no address but ANU's, through a proxy that changes the host", async () => {
    const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent"];
    await output(["npm", "install", ...flags, "--prefix", folder, "true-random@1.1.1"]);
    const asked: string[] = [];
    const proxy = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request) {
        const { hostname, pathname, search } = new URL(request.url);
        asked.push(hostname + pathname);
        return fetch(served.url + pathname + search);
      },
    });
    const script = `
const { rand } = require("true-random");
new rand(100, 50, (random) => console.log(JSON.stringify([random.integers(0, 1, 40), random.integer(10, 20)])));`;
    const [shares, between] = JSON.parse(
      await output(["node", "-e", script], { http_proxy: proxy.url.origin, no_proxy: "", NO_PROXY: "" }),
    );
    await proxy.stop(true);
    expect(asked[0]).toBe("qrng.anu.edu.au/API/jsonI.php");
    expect(shares.length).toBe(40);
    expect(shares.every((share: number) => share >= 0 && share <= 1)).toBe(true);
    expect(new Set(shares).size).toBe(40); // false alarm 780 × 2^-48, and only when asked for: not a gate
    expect(between).toBeGreaterThanOrEqual(10);
    expect(between).toBeLessThanOrEqual(20);
  });
});
