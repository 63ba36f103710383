/** A collector of OpenTelemetry on loopback, which keeps what it is sent: https://github.com/open-telemetry/opentelemetry-proto */
import type { Metric } from "#kit/http/metrics-text.ts";

interface Point {
  readonly attributes?: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[];
  readonly asDouble: number;
}

export interface Pushed {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: unknown };
    readonly scopeMetrics: readonly {
      readonly scope: unknown;
      readonly metrics: readonly {
        readonly name: string;
        readonly description: string;
        readonly sum?: { readonly dataPoints: readonly Point[]; readonly isMonotonic: boolean };
        readonly gauge?: { readonly dataPoints: readonly Point[] };
      }[];
    }[];
  }[];
}

export interface Collector extends AsyncDisposable {
  readonly url: string;
  readonly pushed: readonly Pushed[];
}

/** @param answer comes after what was sent is kept */
export function startCollector(
  answer: () => Response | Promise<Response> = () => Response.json({}),
): Collector {
  const pushed: Pushed[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      pushed.push((await request.json()) as Pushed);
      return answer();
    },
  });
  return { url: server.url.origin, pushed, [Symbol.asyncDispose]: () => server.stop(true) };
}

/** Gives what was pushed in the form in which programs make it, so that the two can be compared as text. */
export function metricsOf({ resourceMetrics }: Pushed): Metric[] {
  const metrics = resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((scope) => scope.metrics);
  return metrics.map(({ name, description, sum, gauge }) => ({
    name,
    help: description,
    type: sum?.isMonotonic ? "counter" : "gauge",
    samples: (sum ?? gauge)!.dataPoints.map(({ attributes = [], asDouble }) => [
      Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue])),
      asDouble,
    ]),
  }));
}
