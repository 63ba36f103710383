export interface paths {
  "/scans": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["listScans"];
    put?: never;
    post: operations["submitScan"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/scans/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["getScan"];
    put?: never;
    post?: never;
    delete: operations["cancelScan"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/scans/{id}/results": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["scanResults"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/scan": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations["scanBytes"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/cryptex": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["findEntries"];
    put?: never;
    post: operations["addEntry"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/cryptex/{codename}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["getEntry"];
    put: operations["putEntry"];
    post?: never;
    delete: operations["removeEntry"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/cryptex/{codename}/history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["entryHistory"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/gap": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["gapReport"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/gap/history": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["gapHistory"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/gap/{component}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch: operations["setGap"];
    trace?: never;
  };
  "/gap/scan": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations["scanGap"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rules": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["findRules"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rules/{name}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["showRule"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rule-health": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["ruleHealth"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rules/validate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations["validateRules"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rules/explain": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations["explainRule"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rules/safe-index": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations["safeIndex"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rulesets": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["listRuleSets"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/rulesets/{ref}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["getRuleSet"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/engines": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["engines"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["events"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/collect": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations["collect"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/triggers": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["listTriggers"];
    put?: never;
    post: operations["addTrigger"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/triggers/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["getTrigger"];
    put?: never;
    post?: never;
    delete: operations["removeTrigger"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/triggers/{id}/test": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations["testTrigger"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/health": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["health"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/metrics": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["metrics"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/openapi.json": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["openapi"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    ScanOrder: {
      root: string;
      paths: string[];
      ruleset?: string;
      options?: {
        exclude?: string[];
        maxSize?: number;
        recursive?: number;
        since?: string;
        timeoutMs?: number;
        maxStrings?: number;
        listClean?: boolean;
        archives?: number;
        explain?: boolean;
        cache?: boolean;
        threads?: number;
      };
    };
    ScanRecord: {
      id: string;
      /** @enum {unknown} */
      state: "waiting" | "running" | "done" | "cancelled" | "failed";
      origin: string;
      createdAt: string;
      startedAt: string | null;
      endedAt: string | null;
      request: Record<string, never> | null;
      start: Record<string, never> | null;
      end: components["schemas"]["End"] | null;
      lines: {
        [key: string]: number;
      };
      reason: string | null;
    };
    End: {
      complete: boolean;
      scanned: number;
      clean: number;
      matched: number;
      matches: number;
      skipped: number;
      errors: number;
    };
    Match: {
      /** @constant */
      type: "match";
      path: string;
      sha256: string;
      size: number;
      rule: string;
      namespace: string;
      tags: string[];
      meta: unknown[];
      strings: unknown[];
      engine: string;
    };
    Line: {
      type: string;
      path?: string;
      reason?: string;
    };
    ScanResult: {
      start: unknown;
      matches: components["schemas"]["Match"][];
      skips: components["schemas"]["Line"][];
      errors: components["schemas"]["Line"][];
      quarantine: components["schemas"]["Line"][];
      logs: components["schemas"]["Line"][];
      notes: components["schemas"]["Line"][];
      clean: components["schemas"]["Line"][];
      end: components["schemas"]["End"] | null;
    };
    Frame: {
      seq: number;
      time: string;
      type: string;
      scan: string | null;
    } & {
      [key: string]: unknown;
    };
    Entry: {
      codename: string;
      symbol?: string;
      summary?: string;
      pseudocode?: string;
      /** @enum {unknown} */
      status?: "legacy" | "in_progress" | "ported" | "stable" | "experimental" | "deprecated";
      deps?: string[];
      kind?: string;
      location?: string;
      signature?: string;
      line_references?: string[];
      owner?: string;
      risk?: string;
      notes?: string[];
      tags?: string[];
    };
    StoredEntry: {
      codename: string;
      symbol: string;
      summary: string;
      pseudocode: string;
      /** @enum {unknown} */
      status: "legacy" | "in_progress" | "ported" | "stable" | "experimental" | "deprecated";
      deps: string[];
      kind: string;
      location: string;
      signature: string;
      line_references: string[];
      owner: string;
      risk: string;
      notes: string[];
      tags: string[];
      revision: number;
      used_by?: string[];
    };
    GapReport: {
      /** @constant */
      schema: 1;
      root: string;
      components: components["schemas"]["GapComponent"][];
      excluded: unknown[];
      counts: {
        [key: string]: number;
      };
      problems: unknown[];
    };
    GapComponent: {
      component: string;
      language: string;
      port_status: string;
      rust_status: string;
      responsible: string | null;
      linked_cryptex: string | null;
      evidence: unknown[];
      suggestions: unknown[];
      sha256: string | null;
    };
    Rule: {
      name: string;
      namespace: string;
      file: string;
      line: number;
      tags: string[];
      meta: unknown[];
      modules: string[];
      digest: string;
    };
    RuleSet: {
      name: string;
      digest: string;
      rules: number;
      quarantined: unknown[];
      modules: string[];
      files: number;
    };
    Trigger: {
      id: string;
      url: string;
      types: string[];
      delivered: number;
      failed: number;
      waiting: number;
      lastError: string | null;
      secret?: string;
    };
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
    } & {
      [key: string]: unknown;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  listScans: {
    parameters: {
      query?: {
        state?: string;
        origin?: string;
        after?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            scans: components["schemas"]["ScanRecord"][];
            next: string | null;
          };
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  submitScan: {
    parameters: {
      query?: never;
      header?: {
        "idempotency-key"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ScanOrder"];
      };
    };
    responses: {
      /** @description it */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ScanRecord"];
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getScan: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ScanRecord"];
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  cancelScan: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ScanRecord"];
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  scanResults: {
    parameters: {
      query?: {
        type?: string;
        after?: number;
        limit?: number;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description lines */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/x-ndjson": string;
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  scanBytes: {
    parameters: {
      query?: {
        ruleset?: string;
        filename?: string;
        explain?: string;
        timeout_ms?: number;
        max_strings?: number;
        archives?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/octet-stream": string;
      };
    };
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ScanResult"];
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  findEntries: {
    parameters: {
      query?: {
        q?: string;
        symbol?: string;
        status?: string;
        tag?: string;
        kind?: string;
        owner?: string;
        after?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            total: number;
            entries: components["schemas"]["StoredEntry"][];
            next: string | null;
          };
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  addEntry: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Entry"];
      };
    };
    responses: {
      /** @description it */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["StoredEntry"];
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getEntry: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        codename: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["StoredEntry"];
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  putEntry: {
    parameters: {
      query?: never;
      header?: {
        "if-match"?: string;
      };
      path: {
        codename: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Entry"];
      };
    };
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["StoredEntry"];
        };
      };
      /** @description it */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["StoredEntry"];
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  removeEntry: {
    parameters: {
      query?: never;
      header?: {
        "if-match"?: string;
      };
      path: {
        codename: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description gone */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  entryHistory: {
    parameters: {
      query?: {
        after?: string;
        limit?: number;
      };
      header?: never;
      path: {
        codename: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            changes: unknown[];
            next: string | null;
          };
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  gapReport: {
    parameters: {
      query?: {
        status?: string;
        q?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["GapReport"];
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  gapHistory: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            points: {
              at: string;
              counts: {
                [key: string]: number;
              };
            }[];
          };
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  setGap: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        component: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          responsible?: string;
          linked_cryptex?: string;
        };
      };
    };
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["GapComponent"];
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  scanGap: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["GapReport"];
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  findRules: {
    parameters: {
      query?: {
        q?: string;
        tag?: string;
        meta?: string;
        module?: string;
        ruleset?: string;
        after?: string;
        limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            total: number;
            rules: components["schemas"]["Rule"][];
            next: string | null;
          };
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  showRule: {
    parameters: {
      query?: {
        ruleset?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  ruleHealth: {
    parameters: {
      query?: {
        ruleset?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            quarantined: unknown[];
            duplicates: unknown[];
            slow: unknown[];
          };
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  validateRules: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          text: string;
        };
      };
    };
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            valid: boolean;
            rules: number;
            findings: unknown[];
          };
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  explainRule: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          ruleset?: string;
          rule: string;
          root?: string;
          path?: string;
          content?: string;
        };
      };
    };
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  safeIndex: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          ruleset?: string;
          targets: string[];
        };
      };
    };
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            index: string;
            report: unknown;
          };
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listRuleSets: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            rulesets: components["schemas"]["RuleSet"][];
          };
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getRuleSet: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        ref: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            rulesets: components["schemas"]["RuleSet"][];
          };
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  engines: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            engines: unknown[];
            threads: number;
          };
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  events: {
    parameters: {
      query?: {
        type?: string;
        scan?: string;
        after?: number;
        batch?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/event-stream": string;
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  collect: {
    parameters: {
      query?: never;
      header?: {
        "idempotency-key"?: string;
        "cryptex-origin"?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/x-ndjson": string;
      };
    };
    responses: {
      /** @description it */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ScanRecord"];
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  listTriggers: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": {
            triggers: components["schemas"]["Trigger"][];
          };
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  addTrigger: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          url: string;
          types?: string[];
          scan?: string;
          rule?: string;
          tag?: string;
          secret?: string;
        };
      };
    };
    responses: {
      /** @description it */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Trigger"];
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  getTrigger: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Trigger"];
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  removeTrigger: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description gone */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  testTrigger: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  health: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  metrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/plain": string;
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
  openapi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description it */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
      /** @description a problem */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/problem+json": components["schemas"]["Problem"];
        };
      };
    };
  };
}
