/** `/scans` and `/scan`: orders, pages, results with a cursor, and what may not be scanned. */
import { describe, expect, test } from "bun:test";
import { cursorOf } from "../../src/gateway/cursor.ts";
import type { ScanRecord } from "../../src/results/journal.ts";
import { END, matchOf, START } from "./support/fake-services.ts";
import { type Gateway, openGateway } from "./support/gateway.ts";

const ORDER = { root: "files", paths: ["note.txt"] };

async function ordered(gateway: Gateway, order: object = ORDER, headers = {}): Promise<ScanRecord> {
  const response = await gateway.send("POST", "/scans", order, headers);
  expect(response.status).toBe(202);
  return (await response.json()) as ScanRecord;
}

describe("an order", () => {
  test("is written down, and found where Location says", async () => {
    await using gateway = openGateway();
    const response = await gateway.send("POST", "/scans", {
      ...ORDER,
      options: { recursive: 0, exclude: ["*.txt"] },
    });
    const record = (await response.json()) as ScanRecord;
    expect(response.headers.get("location")).toBe(`/scans/${record.id}`);
    expect(record).toEqual(
      expect.objectContaining({
        state: "waiting",
        origin: "gateway",
        request: { ...ORDER, options: { recursive: 0, exclude: ["*.txt"] } },
      }),
    );
    expect(JSON.stringify(record)).not.toContain("/host/path");
    const found = await gateway.request(`/scans/${record.id}`);
    expect(await found.json()).toEqual(record);
    const tag = found.headers.get("etag")!;
    const again = await gateway.request(`/scans/${record.id}`, { headers: { "if-none-match": tag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    gateway.services.journal.append(record.id, [START]);
    expect((await gateway.request(`/scans/${record.id}`, { headers: { "if-none-match": tag } })).status).toBe(
      200,
    );
  });

  test("with a key is one order, however often it is sent", async () => {
    await using gateway = openGateway();
    const key = { "idempotency-key": "once" };
    const first = await ordered(gateway, ORDER, key);
    expect((await ordered(gateway, ORDER, key)).id).toBe(first.id);
    const other = await gateway.send("POST", "/scans", { ...ORDER, paths: ["ok.txt"] }, key);
    expect([other.status, ((await other.json()) as { scan: string }).scan]).toEqual([409, first.id]);
    expect((await ordered(gateway)).id).not.toBe(first.id);
    for (const wrong of ["", "two words", "ü", "x".repeat(201)])
      expect((await gateway.send("POST", "/scans", ORDER, { "idempotency-key": wrong })).status, wrong).toBe(
        400,
      );
  });

  test("beyond what may wait: 503, with a time to come back", async () => {
    await using gateway = openGateway();
    gateway.services.scans.isBusy = true;
    const response = await gateway.send("POST", "/scans", ORDER);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  });

  for (const path of [
    "../secret.txt",
    "sub/../../secret.txt",
    "../root-evil/x.txt",
    "link_out/secret.txt",
    "/etc/passwd",
    "ok.txt\0.png",
    "%2e%2e/secret.txt",
    "gone.txt",
  ]) {
    test(`of ${JSON.stringify(path)}: as if it were not there`, async () => {
      await using gateway = openGateway();
      const response = await gateway.send("POST", "/scans", { root: "files", paths: ["note.txt", path] });
      const text = await response.text();
      expect([response.status, JSON.parse(text)]).toEqual([
        404,
        {
          type: "urn:cryptex:not-found",
          title: "Not Found",
          status: 404,
          detail: "no such path below the root files",
        },
      ]);
      expect(text).not.toContain(gateway.folder.path);
      const explained = await gateway.send("POST", "/rules/explain", { rule: "good", root: "files", path });
      expect(((await explained.json()) as { detail: string }).detail).toBe(
        "no such path below the root files",
      );
    });
  }
});

describe("lists", () => {
  test("page by page, the newest first, each once", async () => {
    await using gateway = openGateway();
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) ids.unshift((await ordered(gateway)).id);
    const seen: string[] = [];
    let after = "";
    do {
      const page = (await (await gateway.request(`/scans?limit=3${after && `&after=${after}`}`)).json()) as {
        scans: ScanRecord[];
        next: string | null;
      };
      seen.push(...page.scans.map(({ id }) => id));
      after = page.next ?? "";
    } while (after !== "");
    expect(seen).toEqual(ids);
  });

  test("of some states, and of an origin", async () => {
    await using gateway = openGateway();
    const { id } = await ordered(gateway);
    gateway.services.journal.create({ origin: "elsewhere", state: "done" });
    await gateway.request(`/scans/${(await ordered(gateway)).id}`, { method: "DELETE" });
    const count = async (query: string) =>
      ((await (await gateway.request(`/scans?${query}`)).json()) as { scans: unknown[] }).scans.length;
    expect(await count("state=waiting")).toBe(1);
    expect(await count("state=waiting,cancelled")).toBe(2);
    expect(await count("origin=elsewhere")).toBe(1);
    expect(await count(`after=${encodeURIComponent(cursorOf([id]))}`)).toBe(0);
  });
});

test("a scan is cancelled once", async () => {
  await using gateway = openGateway();
  const { id } = await ordered(gateway);
  const cancel = () => gateway.request(`/scans/${id}`, { method: "DELETE" });
  expect(((await (await cancel()).json()) as ScanRecord).state).toBe("cancelled");
  expect((await cancel()).status).toBe(409);
  expect((await gateway.request("/scans/none", { method: "DELETE" })).status).toBe(404);
});

test("results by a cursor while the scan runs: each line once, and the end is known", async () => {
  await using gateway = openGateway();
  const { id } = await ordered(gateway);
  const other = await ordered(gateway);
  const { journal } = gateway.services;
  const paths = Array.from({ length: 500 }, (_, i) => `file ${i}`);
  const seen: string[] = [];
  let after = "0";
  for (let state = "waiting"; ; ) {
    // Ten lines are written for each seven that are read, with those of another scan between them.
    if (state === "waiting") journal.append(id, [START]);
    const written = paths.splice(0, 10).map(matchOf);
    journal.append(other.id, written);
    if (written.length > 0) journal.append(id, paths.length === 0 ? [...written, END] : written);
    const response = await gateway.request(`/scans/${id}/results?type=match&limit=7&after=${after}`);
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    state = response.headers.get("cryptex-state")!;
    const lines = (await response.text()).split("\n").filter((line) => line !== "");
    for (const line of lines) {
      const frame = JSON.parse(line) as { scan: string; path: string };
      expect(frame.scan).toBe(id);
      seen.push(frame.path);
    }
    const next = response.headers.get("cryptex-next")!;
    expect(lines.length > 0 || next === after).toBe(true);
    after = next;
    if (state === "done" && lines.length === 0) break;
  }
  expect(seen).toEqual(Array.from({ length: 500 }, (_, i) => `file ${i}`));
});

describe("bytes that are sent", () => {
  test("come to the scan with what was asked for, and the answer is that of scan --format json", async () => {
    await using gateway = openGateway();
    const response = await gateway.request(
      "/scan?filename=a.exe&explain=1&timeout_ms=500&max_strings=3&archives=2&ruleset=house",
      {
        method: "POST",
        body: Buffer.alloc(1_000),
      },
    );
    expect(await response.json()).toEqual({
      ...{
        start: START,
        matches: [matchOf("sample")],
        skips: [],
        errors: [],
        quarantine: [],
        logs: [],
        notes: [],
        clean: [],
      },
      end: END,
    });
    const options = {
      ruleset: "house",
      filename: "a.exe",
      explain: true,
      timeoutMs: 500,
      maxStrings: 3,
      archives: 2,
    };
    expect(gateway.services.scans.bytes).toEqual([{ size: 1_000, options }]);
  });

  test("up to 64 MiB, and no byte more", async () => {
    await using gateway = openGateway();
    const url = await gateway.listen();
    const post = (size: number) => fetch(`${url}/scan`, { method: "POST", body: new Uint8Array(size) });
    expect((await post(64 * 2 ** 20)).status).toBe(200);
    const refused = await post(64 * 2 ** 20 + 1);
    expect([refused.status, ((await refused.json()) as { type: string }).type]).toEqual([
      413,
      "urn:cryptex:too-large",
    ]);
    expect(gateway.services.scans.bytes.map(({ size }) => size)).toEqual([64 * 2 ** 20]);
  });
});
