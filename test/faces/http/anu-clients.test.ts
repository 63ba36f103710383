/**
 * Clients of ANU's services by other authors, pointed at this server: `true-random` from npm, `quantumrandom` and `quantum-random` from
 * PyPI. EE_CLIENTS=1 fetches them from their registries into a temporary folder. None is a dependency of this project.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProcess, stdoutOf } from "../../support/run-process.ts";
import { type ListeningApp, listeningApp } from "../../support/served-app.ts";

const isWanted = process.env["EE_CLIENTS"] === "1";
if (!isWanted)
  console.warn("skipped: clients of others, which are fetched from npm and PyPI; EE_CLIENTS=1 runs them");

const KEY = "0123456789abcdef";

let served: ListeningApp;
let locked: ListeningApp;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
  served = await listeningApp({ hosts: "loopback" });
  locked = await listeningApp({ hosts: "loopback", token: KEY });
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await locked[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const output = (command: readonly string[], env: Record<string, string> = {}) =>
  stdoutOf(command, { cwd: folder, env: { ...process.env, ...env } });

const pip = (...packages: readonly string[]) =>
  output(["python3", "-m", "pip", "install", "-q", "--no-deps", "--target", folder, ...packages]);

describe.skipIf(!isWanted)("clients of others", () => {
  test("quantumrandom, its address changed to ours", async () => {
    await pip("quantumrandom==1.9.0");
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

  test("quantum-random, its address changed to ours and the token as its key", async () => {
    await pip(
      "quantum-random==1.5.8",
      "requests==2.32.5",
      "urllib3==2.5.0",
      "idna==3.10",
      "certifi==2025.8.3",
    );
    await pip("charset-normalizer==3.4.3");
    const script = `
import json
from qrandom import _api
_api.Client.url = ${JSON.stringify(locked.url)}
import qrandom
answer = _api.Client(_api.find_api_key()).fetch_hex_raw()
print(json.dumps([answer, qrandom.random(), qrandom.sample(range(1000), 20)]))`;
    const env = { QRANDOM_API_KEY: KEY, PYTHONPATH: folder };
    const [answer, fraction, sample] = JSON.parse(await output(["python3", "-c", script], env));
    const { data, ...rest } = answer;
    expect(rest).toEqual({ success: true, type: "hex16", length: "1024" });
    expect(data.every((block: string) => /^[0-9a-f]{16}$/.test(block))).toBe(true);
    expect(new Set(data).size).toBe(1_024); // false alarm 2^-45, and only when asked for: not a gate
    expect(fraction >= 0 && fraction < 1).toBe(true);
    expect(new Set(sample).size).toBe(20);
    const wrong = { ...env, QRANDOM_API_KEY: "another-key-of-16" };
    const refused = runProcess(["python3", "-c", script], { cwd: folder, env: { ...process.env, ...wrong } });
    expect((await refused).stderr).toContain("this is not the token");
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
