/** The alerts and dashboards: they use what the programs print and nothing else, and each alert fires when it should. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Metric } from "#kit/http/metrics-text.ts";
import { ROOT } from "#kit/make/checkout.ts";
import { PREFIX as GATEWAY, gatewayMetrics } from "../../packages/cryptex/src/gateway/http/metrics.ts";
import { Figures } from "../../packages/cryptex/src/telemetry-agent/figures.ts";
import { TestStore } from "../../packages/cryptex/test/telemetry-agent/support.ts";
import { PREFIX as SERVER } from "../../src/faces/http/metrics.ts";
import { servedApp } from "../support/served-app.ts";
import { said } from "../support/service-files.ts";
import { ALERT_CASES, type Series } from "./alerts.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly gridPos: Readonly<Record<"x" | "y" | "w" | "h", number>>;
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
}

const PRODUCTS = ["esoteric-entropy", "cryptex"] as const;
const rulesPath = (product: string) => join(ROOT, "packaging", "prometheus", `${product}.rules.yml`);
const dashboardPath = (product: string) => join(ROOT, "packaging", "grafana", `${product}.json`);

const rulesOf = (product: string) =>
  (
    Bun.YAML.parse(readFileSync(rulesPath(product), "utf8")) as { groups: { rules: Rule[] }[] }
  ).groups.flatMap(({ rules }) => rules);
const dashboardOf = (product: string) =>
  JSON.parse(readFileSync(dashboardPath(product), "utf8")) as Dashboard;

let folder: string;
/** Labels of each figure that a program prints, with the values that they had. */
let printed: Map<string, Map<string, Set<string>>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "esoteric-entropy-"));
  printed = new Map([
    ...describedBy(SERVER, await serverFigures()),
    ...describedBy(GATEWAY, await gatewayFigures()),
  ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function serverFigures(): Promise<Metric[]> {
  using served = servedApp();
  await served.random.ready();
  return served.figures();
}

async function gatewayFigures(): Promise<Metric[]> {
  using store = new TestStore();
  using figures = new Figures({ journal: store.journal, ruleTimes: () => [{ rule: "r", secondsPerMib: 1 }] });
  const scans = { stats: () => ({ running: 0, waiting: 0, files: 0, bytes: 0, seconds: 0 }) };
  const hub = { counts: () => ({ listeners: 0, sent: 0, lost: 0 }) };
  return await gatewayMetrics({ scans, figures }, hub);
}

function describedBy(prefix: string, metrics: readonly Metric[]) {
  return metrics.map(({ name, samples }) => {
    const labels = new Map<string, Set<string>>();
    for (const [label, value] of samples.flatMap(([labels]) => Object.entries(labels))) {
      labels.set(label, (labels.get(label) ?? new Set()).add(value));
    }
    return [prefix + name, labels] as const;
  });
}

/** Labels that a store of series gives to all. */
const OF_THE_STORE = ["job", "instance"];

/** Names what an expression wants and no program prints. @param shown labels that are shown of its result */
function missingIn(expr: string, shown: readonly string[]): string[] {
  const names = [...expr.matchAll(/\b((?:esoteric_entropy|cryptex)_\w+)(?:\{([^}]*)\})?/g)];
  expect(names.length, expr).toBeGreaterThan(0);
  const known = new Set(OF_THE_STORE);
  const missing: string[] = [];
  for (const [, name, matchers = ""] of names) {
    const labels = printed.get(name!);
    if (!labels) missing.push(name!);
    for (const label of labels?.keys() ?? []) known.add(label);
    for (const [, label, values] of matchers.matchAll(/(\w+)=~?"([^"]*)"/g)) {
      if (OF_THE_STORE.includes(label!)) continue;
      for (const value of values!.split("|"))
        if (!labels?.get(label!)?.has(value)) missing.push(`${name}{${label}="${value}"}`);
    }
  }
  const grouped = [...expr.matchAll(/\b(?:by|without|on)\s*\(([^)]*)\)/g)].flatMap(([, list]) =>
    list!.split(/\s*,\s*/),
  );
  return [...missing, ...[...grouped, ...shown].filter((label) => !known.has(label))];
}

for (const product of PRODUCTS) {
  describe(product, () => {
    test("each alert says what happened, why and what to do, and how bad it is", () => {
      for (const { alert, labels, annotations } of rulesOf(product)) {
        expect(["critical", "warning", "info"], alert).toContain(labels["severity"]!);
        expect(Object.keys(annotations), alert).toEqual(["summary", "description", "action"]);
        for (const text of Object.values(annotations)) expect(text.length, alert).toBeGreaterThan(20);
      }
    });

    test("alerts use figures and labels that the program prints", () => {
      for (const { alert, expr, annotations } of rulesOf(product)) {
        const texts = Object.values(annotations).join();
        const shown = [...texts.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!);
        expect(missingIn(expr, shown), alert).toEqual([]);
      }
    });

    test("panels use figures and labels that the program prints, and lie side by side", () => {
      const { panels, templating, uid } = dashboardOf(product);
      expect(uid).toBe(product);
      for (const { title, targets } of panels) {
        for (const { expr, legendFormat } of targets) {
          const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
          expect(missingIn(expr, shown), title).toEqual([]);
        }
      }
      for (const { name, query } of templating.list)
        if (name === "instance") expect(missingIn(query, [])).toEqual([]);
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
      const places = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
      );
      expect(new Set(places).size).toBe(places.length);
    });

    test("promtool has no complaint about the rules", () => {
      const verdict = said("promtool", ["check", "rules", rulesPath(product)]);
      if (verdict) expect(verdict).toMatchObject({ exitCode: 0, text: expect.stringContaining("SUCCESS") });
    });

    test("promtool reads every expression of the dashboard", () => {
      const rules = dashboardOf(product).panels.flatMap(({ targets }) =>
        targets.map(({ expr }) => ({
          record: "checked",
          expr: expr.replaceAll("$__rate_interval", "5m").replaceAll("$instance", ".*"),
        })),
      );
      // promtool wants no two rules alike; names of groups keep them apart.
      const groups = rules.map((rule, i) => ({
        name: `panel ${i}`,
        rules: [{ ...rule, labels: { at: String(i) } }],
      }));
      const path = join(folder, `${product}.panels.yml`);
      writeFileSync(path, JSON.stringify({ groups }));
      const verdict = said("promtool", ["check", "rules", path]);
      if (verdict) expect(verdict).toMatchObject({ exitCode: 0 });
    });
  });
}

test("docs/MONITORING.md lists the alerts, in their order", () => {
  const text = readFileSync(join(ROOT, "docs", "MONITORING.md"), "utf8");
  const listed = [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name!);
  expect(listed).toEqual(PRODUCTS.flatMap(rulesOf).map(({ alert }) => alert));
});

test("every file has its product", () => {
  const names = (kind: string) => readdirSync(join(ROOT, "packaging", kind)).sort();
  expect(names("prometheus")).toEqual(PRODUCTS.map((product) => `${product}.rules.yml`).sort());
  expect(names("grafana")).toEqual(PRODUCTS.map((product) => `${product}.json`).sort());
});

describe("alerts fire", () => {
  const rules = new Map(PRODUCTS.flatMap(rulesOf).map((rule) => [rule.alert, rule]));

  test("each has a case", () => {
    expect(Object.keys(ALERT_CASES)).toEqual([...rules.keys()]);
  });

  test("when they should, with their text, and not otherwise", () => {
    const tests = Object.entries(ALERT_CASES).flatMap(([alert, { minutes, series, quiet, labels }]) => {
      const { labels: own, annotations } = rules.get(alert)!;
      const fill = (text: string) =>
        text.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? "");
      const texts = Object.fromEntries(Object.entries(annotations).map(([name, text]) => [name, fill(text)]));
      const fires = [{ exp_labels: { ...own, ...labels }, exp_annotations: texts }];
      const caseOf = (given: Series, exp_alerts: readonly object[]) => ({
        interval: "1m",
        input_series: Object.entries(given).map(([series, values]) => ({ series, values })),
        alert_rule_test: [{ eval_time: `${minutes}m`, alertname: alert, exp_alerts }],
      });
      return [caseOf(series, fires), ...[quiet].flat().map((given) => caseOf(given, []))];
    });
    const path = join(folder, "alerts.test.yml");
    writeFileSync(
      path,
      JSON.stringify({ rule_files: PRODUCTS.map(rulesPath), evaluation_interval: "1m", tests }),
    );
    const verdict = said("promtool", ["test", "rules", path]);
    if (verdict) expect(verdict).toMatchObject({ exitCode: 0, text: expect.stringContaining("SUCCESS") });
  });
});
