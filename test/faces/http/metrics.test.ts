import { expect, test } from "bun:test";
import { metricsText } from "#kit/http/metrics-text.ts";
import { openOtlpPush } from "#kit/telemetry/otlp.ts";
import { PREFIX } from "../../../src/faces/http/metrics.ts";
import { fakeNoise, fakeSource } from "../../support/fake-thread.ts";
import { metricsOf, startCollector } from "../../support/otlp-collector.ts";
import { servedApp } from "../../support/served-app.ts";

interface Family {
  readonly type: string;
  readonly samples: Map<string, number>;
}

/** The text format as promtool reads it: HELP, TYPE, then the samples of one metric, each label set once. */
function parse(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let help: string | undefined;
  let current: [name: string, family: Family] | undefined;
  expect(text).toEndWith("\n");
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment?.[1] === "HELP") {
      help = comment[2]!;
      expect(families.has(help), help).toBe(false);
    } else if (comment) {
      const [, , name, type] = comment as unknown as [string, string, string, string];
      expect(name).toBe(help!);
      expect(["counter", "gauge"]).toContain(type);
      expect(name.endsWith("_total"), name).toBe(type === "counter");
      current = [name, { type, samples: new Map() }];
      families.set(...current);
    } else {
      const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\]|\\\\[\\\\"n])*"';
      const sample = new RegExp(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{${label}(?:,${label})*\\})? (\\S+)$`).exec(
        line,
      );
      expect(sample, line).not.toBeNull();
      const [, name, labels = "", value] = sample!;
      expect(name).toBe(current![0]);
      expect(current![1].samples.has(labels), line).toBe(false);
      expect(value).toMatch(/^[+-]?(\d+(\.\d+)?([eE][+-]?\d+)?)$/);
      current![1].samples.set(labels, Number(value));
    }
  }
  return families;
}

test("the text is what Prometheus reads, and says what the pool says", async () => {
  using served = servedApp();
  await served.random.ready();
  const response = await served.app.request("/metrics");
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const families = parse(await response.text());
  const value = (name: string, labels = "") => families.get(`esoteric_entropy_${name}`)!.samples.get(labels)!;
  expect(value("ready")).toBe(1);
  expect(value("capacity_bytes")).toBe(4_096);
  expect(value("source_state", '{source="a",state="healthy"}')).toBe(1);
  expect(value("source_state", '{source="a",state="failed"}')).toBe(0);
  expect(value("source_claimed_bits", '{source="b",family="memory"}')).toBe(1);
  const spent = value("spent_bits_total") + value("forfeited_bits_total") + value("level_bits");
  expect(spent).toBeCloseTo(value("credited_bits_total"), 3);
  const sources = families.get("esoteric_entropy_source_credited_bits_total")!.samples;
  expect([...sources.values()].reduce((sum, bits) => sum + bits)).toBeCloseTo(
    value("credited_bits_total"),
    3,
  );
});

test("values that are not there yet are left out, and labels escaped", async () => {
  using served = servedApp({ sources: [fakeSource({ id: 'we"ird\\\n' }, fakeNoise(1))] });
  const families = parse(await (await served.app.request("/metrics")).text());
  expect(families.get("esoteric_entropy_source_assessed_bits")!.samples.size).toBe(0);
  expect([...families.get("esoteric_entropy_source_samples_total")!.samples.keys()]).toEqual([
    '{source="we\\"ird\\\\\\n",family="clock"}',
  ]);
});

test("a collector of OpenTelemetry gets what /metrics shows, name by name and value by value", async () => {
  using served = servedApp();
  await served.random.ready();
  served.thread.frozen = true;
  await using collector = startCollector();
  const said: string[] = [];
  {
    await using _ = openOtlpPush({
      url: collector.url,
      figures: served.figures,
      prefix: PREFIX,
      service: { name: "esoteric-entropy", version: "1" },
      say: (_, text) => said.push(text),
    });
  }
  const shown = await (await served.app.request("/metrics")).text();
  // Time goes on between the two.
  const still = (text: string) => text.replace(/^(esoteric_entropy_uptime_seconds) .*$/m, "$1");
  expect(still(metricsText("", metricsOf(collector.pushed[0]!)))).toBe(still(shown));
  expect(said).toEqual([]);
});
