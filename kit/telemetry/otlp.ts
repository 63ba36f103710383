/**
 * Pushes figures to a collector of OpenTelemetry: OTLP over HTTP, as JSON (https://opentelemetry.io/docs/specs/otlp/). Loaded by
 * those alone who push.
 */
import { type HrTime, ValueType } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  type CollectionResult,
  DataPointType,
  MeterProvider,
  type MetricData,
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import type { Metric } from "../http/metrics-text.ts";

export interface OtlpSettings {
  /** Whole URL of the collector, as `http://127.0.0.1:4318/v1/metrics`. */
  readonly url: string;
  readonly figures: () => readonly Metric[] | Promise<readonly Metric[]>;
  /** Stands before the name of each figure, as `program_`. */
  readonly prefix: string;
  readonly service: { readonly name: string; readonly version: string };
  /** Pause between two pushes; by default PUSH_MS. */
  readonly everyMs?: number;
  /** Told when the collector does not take them, once until it does again; and then. */
  readonly say: (level: "info" | "warn", text: string) => void;
}

export interface OtlpPush extends AsyncDisposable {
  /** Pushes now. Resolves when it was taken, or was not: `say` tells. */
  push(): Promise<void>;
}

/** The default of the SDK, which collectors and dashboards expect. */
const PUSH_MS = 60_000;
/** Time that the last push has when the program ends. */
const LAST_MS = 400;

/** Begins to push, until it is disposed of, which pushes once more. */
export function openOtlpPush({
  url,
  figures,
  prefix,
  service,
  everyMs = PUSH_MS,
  say,
}: OtlpSettings): OtlpPush {
  const resource = resourceFromAttributes({
    "service.name": service.name,
    "service.version": service.version,
  });
  const startTime = hrTimeOf(Date.now());
  const { host } = new URL(url);
  const made = async () => {
    try {
      return await figures();
    } catch (error) {
      // The library keeps it to itself.
      say("warn", `figures cannot be made, and are not pushed: ${messageOf(error)}`);
      throw error;
    }
  };
  const producer: MetricProducer = {
    async collect(): Promise<CollectionResult> {
      const endTime = hrTimeOf(Date.now());
      const metrics = (await made()).map((metric) => dataOf(metric, prefix, startTime, endTime));
      return { resourceMetrics: { resource, scopeMetrics: [{ scope: service, metrics }] }, errors: [] };
    },
  };
  const exporter = new SayingExporter(
    new OTLPMetricExporter({ url, temporalityPreference: AggregationTemporality.CUMULATIVE }),
    host,
    say,
  );
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: everyMs,
    metricProducers: [producer],
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  return {
    push: () => provider.forceFlush(),
    async [Symbol.asyncDispose]() {
      try {
        await provider.shutdown({ timeoutMillis: LAST_MS });
      } catch (error) {
        say("warn", `the last figures did not reach ${host}: ${messageOf(error)}`);
      }
    },
  };
}

/** Says when a collector stops and begins again to take what is sent. */
class SayingExporter implements PushMetricExporter {
  #isFailing = false;

  constructor(
    private readonly exporter: OTLPMetricExporter,
    private readonly host: string,
    private readonly say: OtlpSettings["say"],
  ) {}

  export(...[metrics, done]: Parameters<PushMetricExporter["export"]>): void {
    this.exporter.export(metrics, (result) => {
      const { error } = result;
      if (error && !this.#isFailing)
        this.say("warn", `figures do not reach ${this.host}: ${messageOf(error)}`);
      if (!error && this.#isFailing) this.say("info", `figures reach ${this.host} again`);
      this.#isFailing = error !== undefined;
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  selectAggregationTemporality(): AggregationTemporality {
    return AggregationTemporality.CUMULATIVE;
  }
}

function dataOf(
  { name, type, help, samples }: Metric,
  prefix: string,
  startTime: HrTime,
  endTime: HrTime,
): MetricData {
  const dataPoints = samples.map(([attributes, value]) => ({ startTime, endTime, attributes, value }));
  const common = {
    descriptor: { name: prefix + name, description: help, unit: "", valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPoints,
  };
  return type === "counter"
    ? { ...common, dataPointType: DataPointType.SUM, isMonotonic: true }
    : { ...common, dataPointType: DataPointType.GAUGE };
}

/** Seconds and nanoseconds. */
function hrTimeOf(milliseconds: number): HrTime {
  return [Math.floor(milliseconds / 1_000), (milliseconds % 1_000) * 1_000_000];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
