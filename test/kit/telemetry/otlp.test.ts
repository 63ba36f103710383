import { afterEach, beforeEach, expect, test } from "bun:test";
import fc from "fast-check";
import { type Metric, metricsText } from "#kit/http/metrics-text.ts";
import { type OtlpPush, openOtlpPush } from "#kit/telemetry/otlp.ts";
import { metricsOf, startCollector } from "../../support/otlp-collector.ts";

/** As far as these tests look: https://github.com/open-telemetry/opentelemetry-proto */
interface ResourceMetrics {
  readonly resource: { readonly attributes: unknown };
  readonly scopeMetrics: readonly {
    readonly scope: unknown;
    readonly metrics: readonly {
      readonly sum: { readonly dataPoints: readonly DataPoint[] };
    }[];
  }[];
}

interface DataPoint {
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly asDouble: number;
}

interface Received {
  readonly path: string;
  readonly type: string | null;
  readonly authorization: string | null;
  readonly body: { readonly resourceMetrics: readonly ResourceMetrics[] };
}

let received: Received[];
let status: number;
let said: string[];
let server: Bun.Server<undefined>;
beforeEach(() => {
  received = [];
  said = [];
  status = 200;
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      received.push({
        path: new URL(request.url).pathname,
        type: request.headers.get("content-type"),
        authorization: request.headers.get("authorization"),
        body: (await request.json()) as Received["body"],
      });
      return new Response(status === 200 ? "{}" : "no", {
        status,
        headers: { "content-type": "application/json" },
      });
    },
  });
});
afterEach(async () => {
  delete process.env["OTEL_EXPORTER_OTLP_HEADERS"];
  delete process.env["OTEL_EXPORTER_OTLP_TIMEOUT"];
  await server.stop(true);
});

let matches = 3;
const figures = async (): Promise<Metric[]> => [
  {
    name: "matches_total",
    type: "counter",
    help: "Matches",
    samples: [
      [{ rule: 'a"b' }, matches++],
      [{ rule: "(other)" }, 0],
    ],
  },
  { name: "scans_waiting", type: "gauge", help: "Scans that wait", samples: [[{}, 2]] },
];

function open(url = `http://127.0.0.1:${server.port}/v1/metrics`): OtlpPush {
  return openOtlpPush({
    url,
    figures,
    prefix: "program_",
    service: { name: "program", version: "1.2.3" },
    say: (level, text) => said.push(`${level}: ${text}`),
  });
}

test("a collector gets the figures with their labels, kinds and times, and once more at the end", async () => {
  matches = 3;
  {
    await using push = open();
    await push.push();
    await push.push();
  }
  expect(received.map(({ path, type }) => [path, type])).toEqual(
    Array(3).fill(["/v1/metrics", "application/json"]),
  );
  const [first, second] = received.map(({ body }) => body.resourceMetrics[0]!);
  expect(first!.resource.attributes).toEqual([
    { key: "service.name", value: { stringValue: "program" } },
    { key: "service.version", value: { stringValue: "1.2.3" } },
  ]);
  expect(first!.scopeMetrics).toHaveLength(1);
  const { scope, metrics } = first!.scopeMetrics[0]!;
  expect(scope).toMatchObject({ name: "program", version: "1.2.3" });
  expect(metrics).toMatchObject([
    {
      name: "program_matches_total",
      description: "Matches",
      sum: {
        isMonotonic: true,
        aggregationTemporality: 2,
        dataPoints: [
          { attributes: [{ key: "rule", value: { stringValue: 'a"b' } }], asDouble: 3 },
          { attributes: [{ key: "rule", value: { stringValue: "(other)" } }], asDouble: 0 },
        ],
      },
    },
    { name: "program_scans_waiting", gauge: { dataPoints: [{ asDouble: 2 }] } },
  ]);
  const [one, two] = [first!, second!].map(
    ({ scopeMetrics }) => scopeMetrics[0]!.metrics[0]!.sum.dataPoints[0]!,
  );
  expect(two!.startTimeUnixNano).toEqual(one!.startTimeUnixNano);
  expect(Number(two!.timeUnixNano)).toBeGreaterThanOrEqual(Number(one!.timeUnixNano));
  expect(Number(one!.timeUnixNano)).toBeGreaterThanOrEqual(Number(one!.startTimeUnixNano));
  expect(two!.asDouble).toBe(4);
  expect(said).toEqual([]);
});

test("a collector that refuses is named once, and when it takes them again", async () => {
  await using push = open();
  status = 400;
  await push.push();
  await push.push();
  expect(said).toEqual([`warn: figures do not reach 127.0.0.1:${server.port}: Bad Request`]);
  status = 200;
  await push.push();
  await push.push();
  expect(said.slice(1)).toEqual([`info: figures reach 127.0.0.1:${server.port} again`]);
});

test("one that is not there holds the end up for no longer than is said, and no secret of its URL is shown", async () => {
  const { port } = server;
  await server.stop(true);
  {
    await using _ = open(`http://user:secret@127.0.0.1:${port}/v1/metrics`);
  }
  expect(said.join()).toContain(`127.0.0.1:${port}`);
  expect(said.join()).not.toContain("secret");
});

test("headers come from the environment, as for every exporter", async () => {
  process.env["OTEL_EXPORTER_OTLP_HEADERS"] = "authorization=Bearer%20abc";
  await using push = open();
  await push.push();
  expect(received[0]!.authorization).toBe("Bearer abc");
});

const metric = fc.record<Metric>({
  name: fc.stringMatching(/^[a-z]{1,8}$/),
  type: fc.constantFrom("counter", "gauge"),
  help: fc.string({ minLength: 1 }),
  samples: fc.array(
    fc.tuple(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string(), { noNullPrototype: true }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
  ),
});

test("what is pushed is what the text for Prometheus says: every name, kind, help, label and value", async () => {
  await using collector = startCollector();
  await fc.assert(
    fc.asyncProperty(fc.array(metric, { minLength: 1, maxLength: 4 }), async (figures) => {
      {
        await using _ = openOtlpPush({
          url: collector.url,
          figures: () => figures,
          prefix: "program_",
          service: { name: "program", version: "1" },
          say: (level, text) => said.push(`${level}: ${text}`),
        });
      }
      expect(metricsText("", metricsOf(collector.pushed.at(-1)!))).toBe(metricsText("program_", figures));
    }),
    { numRuns: 50 },
  );
  expect(said).toEqual([]);
});

test("a collector that never answers does not hold the end up, however long it may take", async () => {
  process.env["OTEL_EXPORTER_OTLP_TIMEOUT"] = String(2 ** 30);
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  await using collector = startCollector(() => {
    asked.resolve();
    return answer.promise;
  });
  {
    await using push = open(collector.url);
    void push.push();
    await asked.promise;
  }
  expect(said.join("\n")).toContain(`the last figures did not reach ${new URL(collector.url).host}`);
  answer.resolve(new Response());
});

test("figures that cannot be made are told of, and pushed the next time", async () => {
  await using collector = startCollector();
  let isBroken = true;
  await using push = openOtlpPush({
    url: collector.url,
    figures: () => {
      if (isBroken) throw new Error("no figures");
      return [{ name: "a", type: "gauge", help: "A", samples: [[{}, 1]] }];
    },
    prefix: "program_",
    service: { name: "program", version: "1" },
    say: (level, text) => said.push(`${level}: ${text}`),
  });
  await push.push();
  expect(collector.pushed).toEqual([]);
  expect(said).toEqual(["warn: figures cannot be made, and are not pushed: no figures"]);
  isBroken = false;
  await push.push();
  expect(collector.pushed).toHaveLength(1);
});
