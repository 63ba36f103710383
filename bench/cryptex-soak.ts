/**
 * Works a gateway with scans, searches, listeners, uploads, agents, edits and refusals at once; soak/soak.ts says when it is flat.
 *
 *     npm run bench cryptex-soak [-- --minutes N]     2 by default
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "./cryptex/gateway/serve.ts";
import { writeRules } from "./cryptex/generated-rules.ts";
import { PROGRAM } from "./cryptex/workbench.ts";
import { BenchError } from "./program/measure.ts";
import type { Served } from "./program/served.ts";
import { soak } from "./soak/soak.ts";

/** Few, so that threads have loaded them soon and much is begun and ended in a minute. */
const RULES = 1_000;
const PARTS = 4;
const FILES_A_PART = 100;
/** 150 bytes each, and a place in an index: 80 MB. */
const KEPT_LINES = 400_000;

function fill(folder: string): { rules: string; root: string } {
  const [rules, root] = [join(folder, "rules"), join(folder, "files")];
  writeRules(rules, { rules: RULES, perFile: 4 });
  writeFileSync(join(rules, "mark.yar"), 'rule mark : house { strings: $a = "a mark" condition: $a }\n');
  for (let part = 0; part < PARTS; part++) {
    mkdirSync(join(root, `part-${part}`), { recursive: true });
    for (let file = 0; file < FILES_A_PART; file++) {
      const text = `some text of file ${file}, ${file % 2 === 0 ? "a mark" : "clean"}\n`.repeat(1 + file);
      writeFileSync(join(root, `part-${part}`, `file-${file}`), text);
    }
  }
  return { rules, root };
}

/**
 * Fills the store with more than the pages of it that the gateway keeps in memory (CACHE_KIB in cryptex-store/store.ts), so that these do not
 * grow with what the load adds.
 */
async function fillStore(served: Served): Promise<void> {
  const { id } = await served.post<{ id: string }>("/scans", { root: "files", paths: ["part-0/file-0"] });
  let start: object | null = null;
  while (start === null) ({ start } = await served.json<{ start: object | null }>(`/scans/${id}`));
  const sha256 = "0123456789abcdef".repeat(4);
  const lines = Array.from({ length: KEPT_LINES }, (_, at) =>
    JSON.stringify({ type: "clean", path: `a/folder/of/another/machine/file-${at}`, size: at, sha256 }),
  );
  const counts = { scanned: KEPT_LINES, clean: KEPT_LINES, matched: 0, matches: 0, skipped: 0, errors: 0 };
  const end = { type: "end", complete: true, ...counts };
  const body = [JSON.stringify({ type: "start", ...start }), ...lines, JSON.stringify(end), ""].join("\n");
  const headers = { "content-type": "application/x-ndjson", "cryptex-origin": "another machine" };
  await served.json("/collect", { method: "POST", headers, body });
}

async function start(folder: string): Promise<Served> {
  if (!existsSync(PROGRAM))
    throw new BenchError(`no such file: ${PROGRAM}`, ["build it: build.ts binary --product=cryptex"]);
  const served = await serve({ folder, ...fill(folder), flags: ["--threads", "2"] });
  await served.json("/rules?q=");
  await fillStore(served);
  return served;
}

await soak({
  start,
  load: join(import.meta.dir, "cryptex", "soak-load.ts"),
  path: "/rules?q=ransom&limit=10",
});
