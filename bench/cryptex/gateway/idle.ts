/** Measures a gateway that nobody is connected to: just started, and when it has worked. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { heading, row } from "../../program/measure.ts";
import { writeRules } from "../generated-rules.ts";
import type { GatewayBench } from "./gateway-bench.ts";
import { serve } from "./serve.ts";

const RULES = 12_768;
/** Until then the runtime collects garbage and gives memory back, a little at a time. */
const SETTLED_MS = 30_000;
const TARGET = "≤ 0.2 % of a core";

export async function idle({ folder, seconds }: GatewayBench): Promise<void> {
  const place = join(folder, "idle");
  const root = join(place, "files");
  mkdirSync(root, { recursive: true });
  for (let file = 0; file < 100; file++)
    writeFileSync(join(root, `file-${file}`), "some text\n".repeat(file));
  const rules = join(place, "rules");
  writeRules(rules, { rules: RULES, perFile: 4 });
  await using served = await serve({ folder: place, rules, root });
  const share = async () => {
    await Bun.sleep(SETTLED_MS);
    const before = served.cpuSeconds();
    await Bun.sleep(seconds * 1_000);
    return `${((100 * (served.cpuSeconds() - before)) / seconds).toFixed(2)} %`;
  };
  heading(`nobody connected, ${seconds} s, from ${SETTLED_MS / 1_000} s on`, "CPU", "target");
  row("started", await share(), TARGET);
  await served.json("/rules?q=ransom");
  await served.json("/rule-health");
  const { id } = await served.post<{ id: string }>("/scans", { root: "files", paths: ["."] });
  while ((await served.json<{ endedAt: string | null }>(`/scans/${id}`)).endedAt === null)
    await Bun.sleep(100);
  row("after a scan, a search and a look at the health of the rules", await share(), TARGET);
}
