/** `/health`, `/metrics`, `/engines`, `/openapi.json`: how the gateway is. */
import { availableParallelism } from "node:os";
import { NO_TOKEN } from "#kit/http/access.ts";
import { endpoint } from "#kit/http/endpoint.ts";
import type { EventHub } from "#kit/http/events/event-hub.ts";
import { METRICS_CONTENT_TYPE, metricsText } from "#kit/http/metrics-text.ts";
import { answerOf } from "#kit/http/openapi.ts";
import { StoreError } from "../../cryptex-store/store-error.ts";
import { ENGINE } from "../../engine/engine-file.ts";
import { openSelfTests } from "../../engine/open-self-tests.ts";
import type { SelfTestResult } from "../../engine/self-test.ts";
import { VERSION } from "../../version.ts";
import type { Services } from "../services.ts";
import { HEADERS, json } from "./answers.ts";
import { answer } from "./lists.ts";
import { gatewayMetrics, PREFIX } from "./metrics.ts";

export interface StatusDeps {
  readonly services: Services;
  readonly hub: EventHub;
  /** Threads of a scan; by default one a core. */
  readonly threads?: number | undefined;
  /** Aborted when the server stops. */
  readonly closing: AbortSignal;
  /** Makes the OpenAPI document. */
  readonly openapi: () => object;
}

export function statusEndpoints({ services, hub, threads, closing, openapi }: StatusDeps) {
  const { journal, roots } = services;
  let tests: Promise<SelfTestResult[]> | undefined;
  /** Runs once, when somebody asks; a failure is tried again. */
  const selfTests = (): Promise<SelfTestResult[]> => {
    tests ??= openSelfTests(closing);
    tests.catch(() => {
      tests = undefined;
    });
    return tests;
  };

  return [
    endpoint("GET /health", {
      id: "health",
      summary: "Whether the gateway can do its work",
      tag: "status",
      scope: NO_TOKEN,
      responses: { "200": answer("It can", "Health"), "503": answer("It cannot, and why", "Health") },
      handle() {
        const reason = closing.aborted ? "the gateway is stopping" : faultOf(() => journal.bounds());
        if (reason === undefined) return json({ status: "ok", version: VERSION });
        return json({ status: "unavailable", version: VERSION, reason }, 503);
      },
    }),
    endpoint("GET /metrics", {
      id: "metrics",
      summary: "Figures for Prometheus",
      tag: "status",
      scope: "read",
      responses: { "200": answerOf("Text format 0.0.4", "text/plain", { type: "string" }) },
      async handle() {
        const text = metricsText(PREFIX, await gatewayMetrics(services, hub));
        return new Response(text, { headers: { ...HEADERS, "content-type": METRICS_CONTENT_TYPE } });
      },
    }),
    endpoint("GET /engines", {
      id: "engines",
      summary: "Engines of this build, and whether they pass their self tests",
      tag: "status",
      scope: "read",
      responses: { "200": answer("Engines, threads, and the roots that scans may name", "Engines") },
      async handle() {
        const faults = (await selfTests()).flatMap(({ name, fault }) =>
          fault === undefined ? [] : [{ name, fault }],
        );
        const passed = (await selfTests()).length - faults.length;
        return json({
          version: VERSION,
          engines: [{ ...ENGINE, self_test: { passed, failed: faults.length, faults } }],
          threads: threads ?? availableParallelism(),
          roots: roots.names(),
        });
      },
    }),
    endpoint("GET /openapi.json", {
      id: "openApi",
      summary: "This document",
      tag: "status",
      scope: NO_TOKEN,
      responses: { "200": answer("OpenAPI 3.1", { type: "object" }) },
      handle: () => json(openapi()),
    }),
  ];
}

/** Says why the store cannot be used, without its path. */
function faultOf(ask: () => unknown): string | undefined {
  try {
    ask();
    return undefined;
  } catch (error) {
    if (error instanceof StoreError) return `the store cannot be used: ${error.fault}`;
    throw error;
  }
}
