/** Searches in many rules at a steady rate, beside the same rate of requests that ask for nothing. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { median } from "simple-statistics";
import { BenchError, heading, row, run, takeTurns } from "../../program/measure.ts";
import type { Served } from "../../program/served.ts";
import { writeRules } from "../generated-rules.ts";
import type { GatewayBench } from "./gateway-bench.ts";
import type { OpenLoop } from "./open-loop.ts";
import { serve } from "./serve.ts";

/** As many as the largest collection of public sets that was looked at. */
const RULES = 12_768;
const REQUESTS_PER_SECOND = 200;
const TARGET = "p99 ≤ 20 ms";

/** Words as a person types them, letter by letter, and as a program asks: of none, of few, of thousands of rules. */
function* searches(): Generator<string> {
  const typed = [
    "ransom",
    "vssadmin delete shadows",
    "family:family77",
    "detects the loader",
    "keylogger high",
  ];
  for (const words of typed)
    for (let length = 1; length <= words.length; length++) yield words.slice(0, length);
  for (let family = 0; family < RULES / 8; family += 7) yield `family${family}_variant_${family % 8}`;
  yield* ["c2", "q", "no such words", "family", "pe", ""];
}

export async function ruleSearch({ folder, rounds, seconds }: GatewayBench): Promise<void> {
  const place = join(folder, "rule-search");
  const root = join(place, "files");
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, "file"), "some text");
  const rules = join(place, "rules");
  writeRules(rules, { rules: RULES, perFile: 4 });
  await using served = await serve({ folder: place, rules, root });
  const { total } = await served.json<{ total: number }>("/rules?q=");
  if (total !== RULES) throw new BenchError(`${total} rules are found, and not ${RULES}`, []);
  const paths = [...searches()].map((words) => `/rules?q=${encodeURIComponent(words)}`);
  const one = ["/rules?q=ransom"];
  const first = await load(served, paths, paths.length / REQUESTS_PER_SECOND);
  const loads = await takeTurns(
    {
      many: () => load(served, paths, seconds),
      one: () => load(served, one, seconds),
      nothing: () => load(served, ["/health"], seconds),
    },
    rounds,
  );
  heading(
    `${REQUESTS_PER_SECOND} requests/s, open loop, ${RULES} rules, ${seconds} s`,
    ...["p50 ms", "p99 ms (least)", "most ms", "sent late, p99 ms", "CPU s per 1,000", "target"],
  );
  shown(`/rules?q=, ${paths.length} searches, each for the first time`, [first], TARGET);
  shown("/rules?q=, the same, over and over", loads.many, TARGET);
  shown(one[0]!, loads.one, TARGET);
  shown("/health", loads.nothing, "");
}

interface Load extends OpenLoop {
  /** Seconds of processor time for a thousand requests. */
  readonly serverCpu: number;
}

async function load(served: Served, paths: readonly string[], seconds: number): Promise<Load> {
  const before = served.cpuSeconds();
  const requests = (REQUESTS_PER_SECOND * seconds) / 1_000;
  const words = [served.url, String(REQUESTS_PER_SECOND), String(seconds), ...paths];
  const { stdout } = await run([process.execPath, join(import.meta.dir, "open-loop.ts"), ...words]);
  const found: OpenLoop = JSON.parse(stdout);
  if (found.failed > 0) throw new BenchError(`${found.failed} requests failed`, []);
  return { ...found, serverCpu: (served.cpuSeconds() - before) / requests };
}

function shown(name: string, loads: readonly Load[], target: string): void {
  const of = (pick: (load: Load) => number) => median(loads.map(pick));
  const least = Math.min(...loads.map(({ p99Ms }) => p99Ms));
  row(
    name,
    of((load) => load.p50Ms).toFixed(1),
    `${of((load) => load.p99Ms).toFixed(1)} (${least.toFixed(1)})`,
    of((load) => load.mostMs).toFixed(0),
    of((load) => load.sentLateMs).toFixed(1),
    of((load) => load.serverCpu).toFixed(2),
    target,
  );
}
